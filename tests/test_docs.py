"""The documentation is true: settings, links, the site's contents, and the values of the question that it follows."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
import yaml

from rag.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
DOCS = PROJECT / "docs"
PAGES = sorted(
    [*DOCS.rglob("*.md"), PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", PROJECT / "training" / "README.md"]
)


def test_the_page_of_settings_is_what_the_code_says() -> None:
    assert (DOCS / "settings.md").read_text("utf-8") == runpy.run_path(str(DOCS / "write_settings.py"))[
        "settings_page"
    ]()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)(#[^)\s]*)?\)", page.read_text("utf-8"))
    assert [link for link, _ in links if not (page.parent / link).exists()] == []


def test_the_site_shows_every_page() -> None:
    nav = (PROJECT / "mkdocs.yml").read_text("utf-8")
    shown = re.findall(r": ([\w/-]+\.md)$", nav, re.M)
    assert yaml.safe_load(nav)["docs_dir"] == "docs"
    assert sorted(shown) == sorted(page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md"))


def test_the_question_that_is_followed_goes_as_it_is_told(brief_settings: Settings) -> None:
    written = runpy.run_path(str(DOCS / "write_one_question.py"))["one_question_page"](brief_settings)
    told = (DOCS / "one-question.md").read_text("utf-8")
    # Another processor computes in other precision: its scores differ in the last digits, and so may what stands third.
    shape = [re.sub(r"\d\.\d+|\d+\.\d\d", "#", page).split("| 3 |")[0] for page in (told, written)]
    assert shape[0] == shape[1]
    assert told[told.index("## 5") :] == written[written.index("## 5") :]
