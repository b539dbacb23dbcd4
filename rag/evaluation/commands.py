"""`wenju eval`: measure a library with a reader's questions, compare two ways, propose questions. 评测

`wenju eval QUESTIONS.jsonl` measures; `wenju eval draft` proposes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from typer.core import TyperGroup

from rag.errors import RagError
from rag.settings import Settings
from rag.text.visible import visible_json, visible_text

out = Console(highlight=False)


def _folder(named: str) -> Path:
    if not named:
        raise typer.BadParameter("an empty name is no folder; '.' is the working folder")
    return Path(named)


Corpus = Annotated[
    Path | None,
    typer.Option("--corpus", parser=_folder, metavar="FOLDER", help="Folder of the documents. 文档所在的文件夹"),
]
IndexFolder = Annotated[
    Path | None, typer.Option("--index", parser=_folder, metavar="FOLDER", help="Folder of the index. 索引所在的文件夹")
]


def settings_with(corpus: Path | None = None, index: Path | None = None, **more: Any) -> Settings:
    """Return the settings of file and environment, with what is given and not None."""
    given = {"corpus": corpus, "index": index, **more}
    return Settings(**{name: value for name, value in given.items() if value is not None})


class _MeasuresByDefault(TyperGroup):
    """A file in the place of a command's name is measured."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the name of the default command before what is no command."""
        named = not args or args[0] in self.commands or args[0] == "--help"
        return list(super().parse_args(ctx, args if named else ["measure", *args]))


app = typer.Typer(cls=_MeasuresByDefault, no_args_is_help=True, help=__doc__)


@app.command()
def measure(
    questions: Path,
    run: Annotated[Path | None, typer.Option("--run", help="Measure this run instead of asking. 已有的运行")] = None,
    against_run: Annotated[
        Path | None, typer.Option("--against-run", help="Compare with this run. 与另一次运行比较")
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option("--against", help="Compare with another setting: rerank=false, index=FOLDER. 与另一设置比较"),
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Write an HTML report with each miss. 输出 HTML 报告")
    ] = None,
    retrieval_only: Annotated[bool, typer.Option("--retrieval-only", help="Ask for no answers. 只检索")] = False,
    corpus: Corpus = None,
    index: IndexFolder = None,
) -> None:
    """Measure with questions whose answers are known. 以已知答案的问题评测"""
    from rag.evaluation import measures
    from rag.evaluation.report import row_of, write_report
    from rag.evaluation.running import read_questions

    if against and against_run:
        raise RagError("there are two things to compare with", advice="give --against or --against-run")
    items = read_questions(questions)
    settings = functools.partial(settings_with, corpus=corpus, index=index)
    lines = _run(items, run, settings, retrieval_only=retrieval_only)
    values = measures.measure(items, lines)
    figures, differences = measures.summarise(values), {}
    if against or against_run:
        changed = functools.partial(settings, **_settings_in(against or []))
        other = _run(items, against_run, changed, retrieval_only=retrieval_only)
        differences = measures.compare(values, measures.measure(items, other))
    table = Table("", "值 value", "95 %", "n", box=SIMPLE_HEAD)
    for title in ("差 difference", "95 %", "p") if differences else ():
        table.add_column(title)
    for name, figure in figures.items():
        table.add_row(*row_of(name, figure, differences.get(name)))
    out.print(table)
    if report:
        report.write_text(write_report(items, lines, figures, differences), encoding="utf-8")
        out.print(f"[green]✓[/] {escape(visible_text(str(report)))}")


def _settings_in(pairs: Sequence[str]) -> dict[str, Any]:
    for pair in pairs:
        if "=" not in pair:
            raise RagError(f"{pair!r} is no setting", advice="write NAME=VALUE, such as rerank=false")
    return dict(pair.split("=", 1) for pair in pairs)


def _run(
    items: Sequence[dict[str, Any]], file: Path | None, load: Callable[[], Settings], *, retrieval_only: bool
) -> dict[str, Any]:
    """Return the lines of a run by id: those of `file`, else what the index says now under the settings loaded."""
    from rag.evaluation.running import answer_line, read_run
    from rag.index import open_index

    if file:
        return read_run(file)
    settings = load()
    index = open_index(settings)
    return {item["id"]: answer_line(item, settings, index, retrieval_only=retrieval_only) for item in items}


@app.command()
def draft(
    to: Annotated[Path, typer.Option("--out", help="Where the drafts are written. 输出文件")],
    count: Annotated[int, typer.Option("--count", min=1, max=1000, help="Most questions. 问题数")] = 30,
    corpus: Corpus = None,
    index: IndexFolder = None,
) -> None:
    """Propose questions; a person accepts each or not. 草拟问题，由人取舍"""
    from rag.index import open_index
    from rag.reading_room.suggesting import draft_questions

    if to.exists():
        raise RagError(f"{to} is there already", advice="name another file: what was accepted would be lost")
    drafts = draft_questions(open_index(settings_with(corpus, index)).passages, count)
    to.write_text("".join(visible_json(one, None) + "\n" for one in drafts), encoding="utf-8")
    out.print(f'[green]✓[/] {len(drafts)} drafts 草稿: set "accepted": true where one is right')
