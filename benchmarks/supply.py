"""What Wenju runs on: every package that an installation brings, its version and licence, as a CycloneDX bill.

    make sbom        writes docs/sbom.json from what is installed here

Entry points: `run_time_packages`, `licence_of`, `write_bill`. Callers: make, tests.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import tomllib
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
BILL = PROJECT.parent / "docs" / "sbom.json"
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


def run_time_packages() -> dict[str, Distribution]:
    """Return the packages that Wenju needs to run, and those that they need, by normalised name, sorted.

    Raises:
        importlib.metadata.PackageNotFoundError: One is not installed.
    """
    found: dict[str, Distribution] = {}
    wanted = [Requirement(need) for need in tomllib.loads(PROJECT.read_text("utf-8"))["project"]["dependencies"]]
    while wanted:
        need = wanted.pop()
        key = re.sub(r"[-_.]+", "-", need.name).lower()
        if key not in found and (need.marker is None or need.marker.evaluate({"extra": ""})):
            found[key] = importlib.metadata.distribution(key)
            wanted += map(Requirement, found[key].requires or ())
    return dict(sorted(found.items()))


def licence_of(package: Distribution) -> str:
    """Return a package's licence as an SPDX expression, as far as it says one; else its own words, "" for none."""
    said = package.metadata
    if expression := said.get("License-Expression"):
        return str(expression)
    classifiers = [one.split(" :: ")[-1] for one in said.get_all("Classifier") or () if one.startswith("License ::")]
    named = (said.get("License") or "").strip()
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


if __name__ == "__main__":
    BILL.write_text(json.dumps(write_bill(), indent=1) + "\n", "utf-8")
