"""How modules of the package are run in processes of their own. Entry point: `module_command`. Knows no format."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# What Python and its libraries need, and what measures which lines the tests go through; no keys.
_KEPT = (
    "PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "SYSTEMROOT", "USERPROFILE", "OMP_NUM_THREADS",
    "PYTHONHASHSEED", "WENJU_CACHE", "COVERAGE_PROCESS_CONFIG",
)  # fmt: skip


def module_command(module: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """Return the command that runs a module of this package, and its environment."""
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return [sys.executable, "-P", "-m", module, *arguments], kept | {"PYTHONPATH": path}
