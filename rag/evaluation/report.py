"""An evaluation as one HTML file: the figures, and each miss with what was wanted and what was found instead.

Entry point: `write_report`. Every text comes from documents and question files and is escaped; the page may load and
run nothing.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence

from rag.evaluation.measures import Difference, Figure, Line, Question, coverage
from rag.text.visible import visible_text

SHOWN = 5  # passages of a miss; the depth at which it is one
_HEAD = """<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>问据 Wenju: 评测 evaluation</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{font:16px/1.6 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
table{border-collapse:collapse}td,th{padding:.2rem .8rem;text-align:right;border-bottom:1px solid #ccc}
th:first-child{text-align:left}blockquote{margin:.5rem 0;padding-left:1rem;border-left:3px solid #2a7}
li{margin:.5rem 0}section{border-top:1px solid #ccc;margin-top:2rem}</style></head><body>
"""


def write_report(
    questions: Sequence[Question],
    run: Mapping[str, Line],
    figures: Mapping[str, Figure],
    differences: Mapping[str, Difference],
) -> str:
    """Return the report as a whole HTML page."""
    missed = [item for item in questions if item["gold"] and _recall(item, run) < 1]
    head = (
        f"<h1>评测 Evaluation</h1><p>{len(questions)} 个问题 questions, {len(missed)} 个未检全 misses (R@{SHOWN})</p>"
    )
    sections = "".join(_miss(item, run.get(item["id"], {"results": []})) for item in missed)
    return f"{_HEAD}{head}{_table(figures, differences)}{sections}</body></html>\n"


def _recall(item: Question, run: Mapping[str, Line]) -> float:
    results = run.get(item["id"], {"results": []})["results"][:SHOWN]
    return coverage(item, [(found["doc"], found["text"]) for found in results])


def _table(figures: Mapping[str, Figure], differences: Mapping[str, Difference]) -> str:
    titles = ["", "值 value", "95 %", "n", *(["差 difference", "95 %", "p"] if differences else [])]
    rows = [row_of(name, figure, differences.get(name)) for name, figure in figures.items()]
    return f"<table>{_row(titles, 'th')}{''.join(_row(row, 'td') for row in rows)}</table>"


def row_of(name: str, figure: Figure, difference: Difference | None) -> list[str]:
    """Return the cells of a measure: value, interval, count, and the same of a difference where there is one."""
    cells = [name, f"{figure.value:.3f}", f"{figure.low:.3f} – {figure.high:.3f}", str(figure.count)]
    if difference:
        interval = f"{difference.low:+.3f} – {difference.high:+.3f}"
        cells += [f"{difference.value:+.3f}", interval, f"{difference.p:.3f}"]
    return cells


def _row(cells: Iterable[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{_escaped(cell)}</{tag}>" for cell in cells) + "</tr>"


def _miss(item: Question, line: Line) -> str:
    wanted = "".join(
        f"<blockquote>{_escaped(gold['quote'])} <small>{_escaped(gold['doc'])}</small></blockquote>"
        for gold in item["gold"]
    )
    found = "".join(
        f"<li><b>{_escaped(one['doc'])}</b> {_escaped(one['text'])}</li>" for one in line["results"][:SHOWN]
    )
    answer = f"<p>回答 Answered: {_escaped(line['answer'])}</p>" if "answer" in line else ""
    return (
        f"<section><h2>{_escaped(item['id'])}: {_escaped(item['question'])}</h2><p>应检出 Wanted</p>{wanted}"
        f"<p>实际检出 Found instead</p><ol>{found}</ol>{answer}</section>"
    )


def _escaped(text: str) -> str:
    return html.escape(visible_text(text))
