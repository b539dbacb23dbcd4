"""The wheel and the source archive: all that is needed is in them, and the page opens from an installed wheel."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
NEEDED = (
    "rag/web/serve.py", "rag/web/assets/page.css", "rag/web/.streamlit/config.toml", "rag/data/messages.tsv",
    "rag/data/comprehension.safetensors", "rag/prompts/answer.zh.md",
)  # fmt: skip


def test_the_page_is_set_alike_in_a_checkout_and_installed() -> None:
    ours = [folder / ".streamlit" / "config.toml" for folder in (PROJECT, PROJECT / "rag" / "web")]
    assert ours[0].read_text("utf-8") == ours[1].read_text("utf-8")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project without what was built in it, since building leaves files behind."""
    left_out = shutil.ignore_patterns(
        ".*cache*", ".venv", ".git", "build", "*.egg-info", "index", "__pycache__", ".gpu"
    )
    return Path(shutil.copytree(PROJECT, tmp_path_factory.mktemp("源 source") / "wenju", ignore=left_out))


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("轮子 wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet", str(source)]
    subprocess.run([*command, "--wheel-dir", str(folder)], check=True, cwd=folder)
    (found,) = folder.glob("wenju-*.whl")
    return found


def test_the_wheel_holds_the_page_the_tables_and_the_briefs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as held:
        names = held.namelist()
    assert [name for name in NEEDED if name not in names] == []
    briefs = {Path(name).name for name in names if "/share/wenju/briefs/" in name}
    assert briefs == {path.name for path in (PROJECT / "corpus").glob("*.md")}
    assert [name for name in names if name.startswith(("tests/", "benchmarks/", "training/", "corpus/"))] == []


def test_the_page_opens_from_the_wheel_in_a_folder_of_the_readers_own(wheel: Path, tmp_path: Path) -> None:
    site, home = tmp_path / "site", tmp_path / "我的 文件夹"
    home.mkdir()
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--no-deps", "--quiet", "--target", str(site), str(wheel)], check=True
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WENJU_")}
    environment = kept | {"PYTHONPATH": str(site), "NO_PROXY": "*"}
    command = [sys.executable, "-P", "-m", "rag.cli", "chat", "--port", str(port)]
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log, start_new_session=True) as chat,
    ):
        try:
            page = _open(f"http://127.0.0.1:{port}/")
            assert b"<title>" in page
            located = [sys.executable, "-P", "-c", "import rag.web; print(rag.web.__file__)"]
            told = subprocess.run(located, env=environment, cwd=home, capture_output=True, text=True, check=True)
            assert told.stdout.startswith(str(site))
        finally:
            os.killpg(chat.pid, 15)


def _open(url: str) -> bytes:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
            return bytes(answer.read())
        time.sleep(0.3)
    raise AssertionError("the page did not open")


def test_the_source_archive_can_be_built_from(source: Path, tmp_path: Path) -> None:
    build = "import setuptools.build_meta as backend, sys; print(backend.build_sdist(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=source, check=True, capture_output=True, text=True
    )
    with tarfile.open(tmp_path / done.stdout.split()[-1]) as held:
        names = {name.partition("/")[2] for name in held.getnames()}
    assert {"app.py", "pyproject.toml", "rag/web/serve.py", "corpus/china-ceec-cooperation.md"} <= names
