"""What README and docs show can be run as it stands, and prints what it should."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rag import cli
from rag.library import OWN_INDEX
from rag.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
README = (PROJECT / "README.md").read_text(encoding="utf-8")
PYTHON_BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
PYTHON_BLOCKS = PYTHON_BLOCK.findall(README)
TOUR = (PROJECT / "docs" / "python.md").read_text(encoding="utf-8")
SHOWN_BLOCKS = re.findall(r"```python\n(.*?)```\n```text\n(.*?)```", TOUR, re.DOTALL)
ASK_LINES = re.findall(r"^wenju ask .*$", README, re.MULTILINE)


@pytest.fixture
def readers_settings(brief_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENJU_CORPUS", str(brief_settings.corpus))
    monkeypatch.setenv("WENJU_INDEX", str(brief_settings.index))


@pytest.mark.slow
@pytest.mark.usefixtures("readers_settings")
def test_checking_a_citation_prints_supported_sentences_about_elmau(capsys: pytest.CaptureFixture[str]) -> None:
    exec(PYTHON_BLOCKS[0], {})
    printed = capsys.readouterr().out
    assert printed.startswith("supported ")
    assert "埃尔毛" in printed
    assert "[1] western-infrastructure-initiatives.md (" in printed


@pytest.mark.slow
@pytest.mark.usefixtures("readers_settings")
def test_retrieving_finds_the_initiative_for_an_english_question(capsys: pytest.CaptureFixture[str]) -> None:
    exec(PYTHON_BLOCKS[1], {})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert "波兰与克罗地亚" in lines[0]


@pytest.mark.usefixtures("readers_settings")
def test_the_catalogue_lists_works_of_two_years(capsys: pytest.CaptureFixture[str]) -> None:
    exec(PYTHON_BLOCKS[2], {})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1] == "2024 宋黎磊、陈悦 从“去风险”看欧盟《人工智能法案》：架构、罚则与对华影响"
    assert len(PYTHON_BLOCKS) == 3


@pytest.mark.slow
@pytest.mark.usefixtures("readers_settings")
def test_the_tour_of_python_prints_what_it_shows(
    brief_settings: Settings,
    bank: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("corpus").symlink_to(brief_settings.corpus)
    Path("index").symlink_to(brief_settings.index)
    own = Path("镇上") / OWN_INDEX  # the vectors of general text are there already
    own.mkdir(parents=True)
    shutil.copy(bank, own)
    names: dict[str, object] = {}
    for code, shown in SHOWN_BLOCKS:
        exec(code, names)
        assert capsys.readouterr().out == shown
    assert len(SHOWN_BLOCKS) == len(PYTHON_BLOCK.findall(TOUR)) > 5


@pytest.mark.usefixtures("readers_settings")
def test_what_is_shown_for_langchain_runs(capsys: pytest.CaptureFixture[str]) -> None:
    servers = (PROJECT / "docs" / "servers.md").read_text(encoding="utf-8")
    (block,) = PYTHON_BLOCK.findall(servers)
    exec(block, {})
    assert "埃尔毛" in capsys.readouterr().out


@pytest.mark.usefixtures("readers_settings")
def test_the_command_line_answers_in_both_languages(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(ASK_LINES) == 2
    for line, words in zip(ASK_LINES, ("6000亿美元", "三大目标"), strict=True):
        monkeypatch.setattr(sys, "argv", shlex.split(line))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code in (None, 0)
        assert words in capsys.readouterr().out


def test_importing_the_package_loads_no_model() -> None:
    code = "import sys, rag; rag.Settings; print([m for m in ('torch', 'streamlit', 'faiss') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
