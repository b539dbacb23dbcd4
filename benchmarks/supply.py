"""What Wenju runs on: every package that an installation brings, pinned with its hashes, its licence in a bill.

    make sbom        writes docs/sbom.json (CycloneDX) from what is installed here
    make lock        writes requirements*.lock from what is installed here and the hashes that pip's index gives

    make audit       tells the known vulnerabilities of what is pinned

Entry points: `packages_for`, `run_time_packages`, `licence_of`, `write_bill`, `write_lock`, `audit`.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import re
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
from collections.abc import Sequence
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
BILL = PROJECT.parent / "docs" / "sbom.json"
LOCKED_EXTRAS = ("dev", "docs", "ocr", "milvus", "audit")
PIP_AUDIT = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--format", "json"]
# A release with public vulnerabilities, never installed: a database that knows none of them can clear nothing.
KNOWN_VULNERABLE = f"flask==0.12 --hash=sha256:{'0' * 64}\n"
SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
# How packages that give no SPDX expression name their licence, in a field or a classifier -> SPDX.
NAMED = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "OSI Approved :: Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "BSD-3-Clause, Apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
    "ISC License": "ISC",
    "MIT License": "MIT",
    "The BSD 2-Clause License": "BSD-2-Clause",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


def packages_for(wanted: Sequence[str]) -> dict[str, Distribution]:
    """Return the packages that requirements need on this machine, and those that they need, by normalised name, sorted.

    Raises:
        importlib.metadata.PackageNotFoundError: One is not installed.
    """
    found: dict[str, Distribution] = {}
    asked: set[str] = set()
    waiting = [(Requirement(need), "") for need in wanted]
    while waiting:
        need, extra = waiting.pop()
        key = normalised(need.name)
        if str(need) in asked or not (need.marker is None or need.marker.evaluate({"extra": extra})):
            continue
        asked.add(str(need))
        found[key] = importlib.metadata.distribution(key)
        requires = [Requirement(one) for one in found[key].requires or ()]
        waiting += [(one, extra) for one in requires for extra in ("", *need.extras)]
    return dict(sorted(found.items()))


def normalised(name: str) -> str:
    """Return a package's name as indexes write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def run_time_packages() -> dict[str, Distribution]:
    """Return the packages that Wenju needs to run, and those that they need, by normalised name, sorted.

    Raises:
        importlib.metadata.PackageNotFoundError: One is not installed.
    """
    return packages_for(_project()["project"]["dependencies"])


def _project() -> dict[str, Any]:
    return tomllib.loads(PROJECT.read_text("utf-8"))


def lock_groups() -> dict[str, dict[str, Distribution]]:
    """Return what each lock file pins, by its name: what runs with what builds, and what an extra brings besides.

    torch stands in a file of its own, too: make looks for a build of it that pip was given, which is smaller.

    Raises:
        importlib.metadata.PackageNotFoundError: One is not installed.
    """
    project = _project()
    run = packages_for(project["project"]["dependencies"] + project["build-system"]["requires"])
    groups = {"requirements.lock": run, "requirements-torch.lock": {"torch": run["torch"]}}
    for extra in LOCKED_EXTRAS:
        brought = packages_for(project["project"]["optional-dependencies"][extra])
        groups[f"requirements-{extra}.lock"] = {name: one for name, one in brought.items() if name not in run}
    return groups


def write_lock() -> None:
    """Write every lock file: each package pinned to what is installed here, with the hash of each of its archives.

    Raises:
        importlib.metadata.PackageNotFoundError: One is not installed.
        OSError: The index that pip uses cannot be reached.
        ValueError: The index has no archive of a version.
    """
    settings = _pip_settings()
    for file, packages in lock_groups().items():
        pins = [pin(name, package.version, settings) for name, package in packages.items()]
        (PROJECT.parent / file).write_text("".join(pins), "utf-8")


def pin(name: str, version: str, settings: dict[str, str]) -> str:
    """Return a package's entry in a lock file, by its version without the local part (`+cpu`).

    Args:
        name: Normalised.
        version: As installed.
        settings: Those of pip: its index, and the folders where it finds more archives, whose hashes count, too.

    Raises:
        OSError: The index cannot be reached.
        ValueError: It has no archive of this version.
    """
    public = Version(version).public
    request = urllib.request.Request(f"{settings['index-url'].rstrip('/')}/{name}/", headers={"Accept": SIMPLE_JSON})
    with urllib.request.urlopen(request, timeout=60) as answer:
        offered = {one["filename"]: one["hashes"]["sha256"] for one in json.load(answer)["files"]}
    for folder in settings.get("find-links", "").split():
        near = [path for path in Path(folder).glob("*.whl") if normalised(path.name.partition("-")[0]) == name]
        offered |= {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in near}
    hashes = sorted({value for file, value in offered.items() if _version_of(file) == public})
    if not hashes:
        raise ValueError(f"no archive of {name} {public} is offered")
    return " \\\n    ".join([f"{name}=={public}", *(f"--hash=sha256:{value}" for value in hashes)]) + "\n"


def _version_of(file: str) -> str | None:
    """Return the public version in an archive's name, None if it is no wheel or source archive."""
    try:
        version = parse_wheel_filename(file)[1] if file.endswith(".whl") else parse_sdist_filename(file)[1]
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None
    return version.public


def _pip_settings() -> dict[str, str]:
    """Return pip's settings from its files and the environment, with the index that it uses if none is set."""
    from pip._internal.models.index import PyPI  # pip tells its default nowhere else

    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
    set_here = {
        name.rpartition(".")[2]: value.strip("'")
        for name, _, value in (line.partition("=") for line in listed.stdout.splitlines())
    }
    return {"index-url": PyPI.simple_url} | set_here


def licence_of(package: Distribution) -> str:
    """Return a package's licence as an SPDX expression, as far as it says one; else its own words, "" for none."""
    said = package.metadata
    if "License-Expression" in said:
        return said["License-Expression"]
    classifiers = [one.split(" :: ")[-1] for one in said.get_all("Classifier") or () if one.startswith("License ::")]
    named = said["License"].strip() if "License" in said else ""
    text = named.partition("\n")[0].strip()  # some give the whole text, which begins with its name
    words = classifiers or [text] if "\n" in named or named in ("", "UNKNOWN") or len(named) > 60 else [named]
    return " AND ".join(NAMED.get(word, word) for word in words)


def write_bill() -> dict[str, Any]:
    """Return the bill in CycloneDX 1.6."""
    components = [
        {
            "type": "library",
            "name": name,
            "version": package.version.partition("+")[0],
            "purl": f"pkg:pypi/{name}@{package.version.partition('+')[0]}",
            "licenses": [{"expression": licence_of(package)}],
        }
        for name, package in run_time_packages().items()
    ]
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}


def audit(locks: Sequence[Path]) -> list[str]:
    """Return the known vulnerabilities of what lock files pin, a line each: package, version, name, fixed in.

    Raises:
        ConnectionError: The database of vulnerabilities cannot be reached, or a copy of it without them answers.
    """
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder) / "known.lock"
        known.write_text(KNOWN_VULNERABLE, "utf-8")
        asked = subprocess.run(
            [*PIP_AUDIT, *(word for lock in (*locks, known) for word in ("--requirement", str(lock)))],
            capture_output=True,
            text=True,
            check=False,
        )
    try:
        packages = json.loads(asked.stdout)["dependencies"]
    except ValueError:
        why = (asked.stderr.strip() or "no reason given").splitlines()[-1]
        raise ConnectionError(
            f"nothing was checked: the database of vulnerabilities cannot be reached: {why}"
        ) from None
    known_name = KNOWN_VULNERABLE.partition("==")[0]
    if not any(one.get("vulns") for one in packages if one["name"] == known_name):
        raise ConnectionError(f"nothing was checked: the database that answers knows no vulnerability of {known_name}")
    return [
        f"{one['name']} {one['version']}: {found['id']}, fixed in {', '.join(found['fix_versions']) or 'no version'}"
        for one in packages
        for found in one.get("vulns", ())
        if one["name"] != known_name
    ]


def main() -> None:
    """Do what is asked on the command line; exit 1 for a vulnerability, 2 where none could be looked up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("bill", "lock", "audit"))
    what = parser.parse_args().what
    if what == "audit":
        try:
            found = audit(sorted(PROJECT.parent.glob("requirements*.lock")))
        except ConnectionError as error:
            print(error, file=sys.stderr)
            sys.exit(2)
        print("\n".join(found) or "no known vulnerability")
        sys.exit(1 if found else 0)
    if what == "lock":
        write_lock()
    BILL.write_text(json.dumps(write_bill(), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
