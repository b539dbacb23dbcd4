"""The list at the head of docs/design.md is whole; imports go one way, from its top down, and never in a circle."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOORS = frozenset(["rag/__init__.py"])  # what the package offers at its top


def _ranks() -> dict[str, int]:
    """Return the row of each module, or folder of modules, from the top of the list."""
    table = (ROOT / "docs" / "design.md").read_text("utf-8").split("| --- | --- |\n", 1)[1].split("\n\n", 1)[0]
    first_cells = (row.strip("| ").split(" | ")[0] for row in table.splitlines())
    return {name: place for place, cell in enumerate(first_cells) for name in re.findall(r"`([\w/.]+)`", cell)}


def _home(path: str, ranks: dict[str, int]) -> str:
    """Return the name under which a file stands in the list: its own, or the longest folder's; "" for none."""
    return max(
        (name for name in ranks if path == name or (name[-1] == "/" and path.startswith(name))), key=len, default=""
    )


def _imports(path: Path) -> Iterator[str]:
    """Yield the files of the package that a file imports, relative to the project."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "rag":
            module = str(node.module).replace(".", "/")
            for name in node.names:
                places = [f"{module}/{name.name}.py", f"{module}/{name.name}/__init__.py", f"{module}.py"]
                yield next((place for place in places if (ROOT / place).exists()), f"{module}/__init__.py")


def test_every_module_stands_in_the_list_and_imports_what_stands_below_it() -> None:
    ranks = _ranks()
    files = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "rag").rglob("*.py")}
    homes = {name: _home(name, ranks) for name in files.keys() - DOORS}
    assert [name for name, home in homes.items() if not home] == []
    upward = [
        f"{name} imports {other}"
        for name, home in homes.items()
        for other in _imports(files[name])
        if other not in DOORS and ranks[homes[other]] < ranks[home]
    ]
    assert upward == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    files = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "rag").rglob("*.py")}
    TopologicalSorter({name: set(_imports(path)) - DOORS - {name} for name, path in files.items()}).prepare()
