"""The wheel and the source archive: all that is needed is in them, and the page opens from an installed wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
NEEDED = (
    "rag/web/serve.py", "rag/web/assets/page.css", "rag/web/.streamlit/config.toml", "rag/data/messages.tsv",
    "rag/data/comprehension.safetensors", "rag/data/token_projection.npz", "rag/prompts/answer.zh.md",
)  # fmt: skip


def test_the_page_is_set_alike_in_a_checkout_and_installed() -> None:
    ours = [folder / ".streamlit" / "config.toml" for folder in (PROJECT, PROJECT / "rag" / "web")]
    assert ours[0].read_text("utf-8") == ours[1].read_text("utf-8")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a container is built from: no more of the project is let in there, and no more is needed."""
    folder = tmp_path_factory.mktemp("源 source") / "wenju"
    for line in (PROJECT / ".dockerignore").read_text("utf-8").splitlines():
        for path in PROJECT.glob(line[1:]) if line.startswith("!") else ():
            target = folder / path.relative_to(PROJECT)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                shutil.copytree(path, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(path, target)
    return folder


def test_a_container_runs_as_nobody_special_on_loopback() -> None:
    lines = [line for line in (PROJECT / "Dockerfile").read_text("utf-8").splitlines() if not line.startswith("#")]
    users = [line.split()[1] for line in lines if line.startswith("USER")]
    assert users[-1:] == ["reader"]
    assert [line for line in lines if "0.0.0.0" in line or "--host" in line] == []
    kept = dict(part.split("=") for line in lines if line.startswith("ENV") for part in line.split()[1:])
    assert {value.split("/")[1] for name, value in kept.items() if name.startswith("WENJU_")} == {"library"}
    assert (PROJECT / ".dockerignore").read_text("utf-8").splitlines()[1] == "*"


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


@pytest.mark.slow
def test_the_page_greets_from_the_wheel_in_a_folder_of_the_readers_own(wheel: Path, tmp_path: Path) -> None:
    site, home = tmp_path / "site", tmp_path / "我的 文件夹"
    home.mkdir()
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--quiet", "--target", str(site), str(wheel)]
    subprocess.run(install, check=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WENJU_")}
    code = """
import rag.web.app
from streamlit.testing.v1 import AppTest
page = AppTest.from_file(rag.web.app.__file__, default_timeout=60).run()
assert not page.exception, page.exception
print(rag.web.app.__file__, page.title[0].value, sep="\\n")
"""
    page = site / "rag" / "web"  # where `wenju chat` runs it
    folders = {"PYTHONPATH": str(site), "WENJU_CORPUS": str(home / "文献"), "WENJU_INDEX": str(home / "index")}
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, cwd=page, env=kept | folders, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str(page / "app.py"), "文库还是空的"]


def test_the_source_archive_holds_what_the_wheel_is_built_from(source: Path, tmp_path: Path) -> None:
    build = "import setuptools.build_meta as backend, sys; print(backend.build_sdist(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=source, check=True, capture_output=True, text=True
    )
    with tarfile.open(tmp_path / done.stdout.split()[-1]) as held:
        names = {name.partition("/")[2] for name in held.getnames()}
    assert {"app.py", "pyproject.toml", "rag/web/serve.py", "corpus/china-ceec-cooperation.md"} <= names


GIT = ("git", "-c", "user.name=甲", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
COMMIT = (*GIT, "commit", "--quiet", "--allow-empty", "--message", "改")


@pytest.mark.parametrize(
    ("commands", "version"),
    [
        ([], "0.1.0"),  # a copy without git
        ([("git", "init", "--quiet"), COMMIT], "0.1.1.dev1"),  # a clone without tags
        ([("git", "init", "--quiet"), COMMIT, (*GIT, "tag", "v3.2.0")], "3.2.0"),
        ([("git", "init", "--quiet"), COMMIT, (*GIT, "tag", "v3.2.0"), COMMIT], "3.2.1.dev1"),
        ([("sh", "-c", "printf 'Metadata-Version: 2.4\\nName: wenju\\nVersion: 3.2.0\\n' > PKG-INFO")], "3.2.0"),
    ],
)
def test_the_version_is_that_of_the_newest_tag(commands: list[tuple[str, ...]], version: str, tmp_path: Path) -> None:
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    for command in commands:
        subprocess.run(command, cwd=tmp_path, check=True)
    told = subprocess.run(
        [sys.executable, "-m", "setuptools_scm"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == version
