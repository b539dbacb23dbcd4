"""The documentation is true: settings, links, the site's contents, and the values of the question that it follows."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from rag.cli import app
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


def shown_commands(page: Path) -> list[str]:
    """Return the lines of a page's code blocks, without what stands behind #."""
    text = page.read_text("utf-8").replace("\\\n", " ")
    blocks = re.findall(r"^```(?:bash|sh)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [*"".join(blocks).splitlines(), *re.findall(r"^    (.*)$", text, re.MULTILINE)]
    return [line.partition(" #")[0].strip() for line in lines]


COMMANDS = [(page, line) for page in PAGES for line in shown_commands(page)]
MAKE = (PROJECT / "Makefile").read_text("utf-8")


@pytest.mark.parametrize("line", sorted({line for _, line in COMMANDS if line.startswith("wenju ")}))
def test_each_command_that_is_shown_is_understood(line: str) -> None:
    given = [word for word in shlex.split(re.sub(r"\[(.*?)\]", r"\1", line)) if not word.startswith("|")]
    command: Any = get_command(app)
    given = given[1:]
    while hasattr(command, "commands"):
        context = command.make_context("wenju", given)
        given = [*context._protected_args, *context.args]
        _, command, given = command.resolve_command(context, given)
    command.make_context("wenju", given)  # a wrong option or value is an error here


def test_each_target_and_each_script_that_is_shown_is_there() -> None:
    lines = [line for _, line in COMMANDS]
    targets = {line.split()[1] for line in lines if line.startswith("make ")}
    assert targets
    assert [target for target in targets if not re.search(rf"^{target}:", MAKE, re.MULTILINE)] == []
    run = {
        found[1] for line in lines if (found := re.search(r"\bpython (?:-m )?((?:benchmarks|training)[./]\S+)", line))
    }
    assert run
    scripts = [PROJECT / (name if name.endswith(".py") else name.replace(".", "/") + ".py") for name in run]
    assert [script for script in scripts if not script.exists()] == []


@pytest.mark.slow
def test_each_script_finds_what_it_imports() -> None:
    scripts = sorted([*PROJECT.glob("benchmarks/*.py"), *PROJECT.glob("training/*.py")])
    names = [".".join(script.relative_to(PROJECT).with_suffix("").parts) for script in scripts]
    paths = os.pathsep.join(map(str, (PROJECT, PROJECT / "benchmarks")))  # where a script that is run finds its own
    command = [sys.executable, "-c", "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"]
    ran = subprocess.run(
        [*command, *names], env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, timeout=240
    )
    assert ran.stderr == ""
    assert ran.returncode == 0
