"""Windows, as far as it can be told elsewhere: its paths, names and missing parts of Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.literature.files import find_file
from rag.reading_room.library import add_file, namesake, safe_name
from rag.settings import Settings
from rag.web.chat import safe_file_name

PROJECT = Path(__file__).resolve().parent.parent
MISSING_MODULES = ("fcntl", "resource", "pwd", "grp", "termios")
MISSING_NAMES = (
    "os.fork", "os.killpg", "os.getuid", "os.geteuid", "os.sched_getaffinity",
    "signal.setitimer", "signal.SIGPROF", "signal.SIGXCPU",
)  # fmt: skip
# What takes from rag, and from rag alone, what Python lacks on Windows: in each process that is started, too.
WITHOUT = f"""
import builtins, os, signal
found = builtins.__import__
def own_import(name, globals=None, *others, **named):
    if name in {MISSING_MODULES} and (globals or {{}}).get("__name__", "").partition(".")[0] in ("rag", "__main__"):
        raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
    return found(name, globals, *others, **named)
builtins.__import__ = own_import
for place, name in (where.split(".") for where in {MISSING_NAMES}):
    delattr({{"os": os, "signal": signal}}[place], name)
"""
NEWCOMER = """
    import sys, rag
    from pathlib import Path
    try:
        import resource
    except ModuleNotFoundError:
        pass
    else:
        raise AssertionError("the parts that Windows lacks are there")
    settings = rag.Settings(corpus=Path(sys.argv[1]) / "我的 文獻", index=Path(sys.argv[1]) / "我的 索引")
    for _ in range(2):
        report = rag.build_index(settings)
        assert [item.source for item in report.rejected] == ["壞 的/空.pdf"], report.rejected
    answer = rag.ask("大桥的总造价是多少？", settings=settings)
    print(answer.sentences[0].text, answer.evidence[0].source, sep="\\n")
"""


@pytest.mark.slow
def test_without_what_windows_lacks_a_library_is_built_and_asked(tmp_path: Path, bank: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(WITHOUT, encoding="utf-8")
    documents = tmp_path / "我的 文獻" / "壞 的"
    documents.mkdir(parents=True)
    (documents / "大橋 造價.md").write_text("# 大桥的造价\n\n南江大桥的总造价为12.5億元。\n", encoding="utf-8")
    (documents / "空.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "我的 索引").mkdir()
    (tmp_path / "我的 索引" / bank.name).write_bytes(bank.read_bytes())
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path / "site"), str(PROJECT)])}
    command = [sys.executable, "-c", textwrap.dedent(NEWCOMER), str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["南江大桥的总造价为12.5億元。", "壞 的/大橋 造價.md"]


NAMES = st.text(st.sampled_from("甲報告 aZ.:\\/<>|?*\"'\t\u202e~$-_（）CONAUXlpt19"), max_size=300)


@given(NAMES)
@example("CON")
@example("1.111111111:1")  # its ending, cut short, ends with a space
def test_a_name_that_is_given_is_one_file_on_every_system(name: str) -> None:
    for safe in (safe_name(name), safe_file_name(name) + ".docx"):
        windows = PureWindowsPath(safe)
        assert windows.parts == (safe,)  # no folder, no drive, no second stream of a file
        assert not windows.is_reserved()
        assert safe[-1] not in ". "
        assert not set(safe) & set('<>:"/\\|?*\t\u202e')
        assert len(safe.encode()) <= 220
    assert safe_name(safe_name(name)) == safe_name(name)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\王 芳\\桌面\\報告.md", "報告.md"),
        ("\\\\server\\共享\\年報 2024.MD", "年報 2024.MD"),
        ("CON.md", "_CON.md"),
        ("com1.表.md", "_com1.表.md"),
        ("報告.md. .", "報告.md"),
        ("甲:乙.md", "甲 乙.md"),
    ],
)
def test_a_file_from_windows_is_kept_under_its_name(given: str, kept: str, tmp_path: Path) -> None:
    data = "# 年報\n\n面積為六百二十畝。\n".encode()
    assert add_file(tmp_path, given, data, Settings()).source == kept
    assert namesake(tmp_path, given, data + b"1") == kept
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == [kept]


def test_the_longest_name_of_a_file_system_is_cut(tmp_path: Path) -> None:
    longest = "報" * 84 + ".md"  # 255 bytes
    added = add_file(tmp_path, longest, "# 年報\n\n面積為六百二十畝。\n".encode(), Settings())
    assert (tmp_path / added.source).is_file()


@pytest.mark.parametrize(
    "path",
    [
        "文獻\\王 2024.pdf",
        "D:\\Zotero\\storage\\文獻\\王 2024.pdf",
        "file:///D:/Zotero/storage/%E6%96%87%E7%8D%BB/%E7%8E%8B%202024.pdf",
    ],
)
def test_a_path_of_windows_in_a_literature_library_leads_to_the_file(path: str, tmp_path: Path) -> None:
    file = tmp_path / "文獻" / "王 2024.pdf"
    file.parent.mkdir()
    file.write_bytes(b"%PDF-1.7")
    assert find_file(path, tmp_path, [tmp_path]) == file


def test_what_is_told_of_an_index_has_no_backslash(small_index: Settings) -> None:
    manifest = next((small_index.index / "generations").glob("*/manifest.json"))
    sources = json.loads(manifest.read_bytes())["sources"]
    assert "茶業/報告.txt" in sources
    assert not any("\\" in source or PureWindowsPath(source).is_absolute() for source in sources)
    names = [path.name for path in small_index.index.rglob("*")]
    assert [name for name in names if set(name) & set('<>:"|?*\\') or PureWindowsPath(name).is_reserved()] == []


@pytest.mark.slow
@pytest.mark.parametrize(("encoding", "read_as"), [("cp1252", "utf-8"), ("ascii", "utf-8"), ("gbk", "gbk")])
def test_a_pipe_of_windows_takes_chinese(encoding: str, read_as: str, tmp_path: Path) -> None:
    code = "import rag.cli as cli; cli.app = lambda: print('文库 鱼🐟'); cli.main()"
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode(read_as).strip() == ("文库 鱼🐟" if read_as == "utf-8" else "文库 鱼\\U0001f41f")
