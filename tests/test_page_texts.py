from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from rows import each

from rag.reading_room.page_texts import TEXTS, say, says
from rag.text.language import main_language

PAGE = Path(__file__).resolve().parent.parent / "rag" / "web"


@each(TEXTS)
def test_both_languages_say_the_same_values(key: str) -> None:
    chinese, english = TEXTS[key]
    assert chinese
    assert english
    names = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (chinese, english)]
    assert names[0] == names[1]
    assert main_language(english) == "en"


def test_say_and_says() -> None:
    assert say("page_n", "zh", page="21") == "第 21 页"
    assert says("standing_", "en")["partly"] == "partly supported"
    with pytest.raises(KeyError):
        say("no_such_text", "zh")


def test_every_text_that_the_page_names_exists_and_every_text_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in [*PAGE.rglob("*.py"), *PAGE.rglob("*.js")])
    code += "\n".join(
        path.read_text(encoding="utf-8")
        for path in (PAGE.parent / "reading_room").rglob("*.py")
        if path.name != "page_texts.py"
    )
    code += (PAGE.parent / "data" / "component_texts.tsv").read_text(encoding="utf-8")
    code += (PAGE.parent / "langchain_parts.py").read_text(encoding="utf-8")  # marks what it streams in these words
    named = set(re.findall(r"""\bt\(\s*["'](\w+)["']""", code))
    families = (
        "standing_",
        "reason_",
        "stage_",
        "error_",
        "leg_",
        "failure_",
        "remedy_",
        "research_",
        "step_",
        "field_",
        "indexing_",
        "revised_",
        "theirs_",
        "group_",
        "order_",
        "shelf_",
    )
    assert named - set(families) <= set(TEXTS)
    unused = {key for key in TEXTS if not key.startswith(families) and not re.search(rf"\b{key}\b", code)}
    assert unused == set()


def test_every_step_of_a_search_has_a_name() -> None:
    code = (PAGE.parent / "retrieval" / "__init__.py").read_text(encoding="utf-8")
    laps = re.findall(r"""\.lap\("(\w+)"\)""", code)
    assert "embedded" in laps
    assert {f"stage_{lap}" for lap in laps} <= set(TEXTS)
