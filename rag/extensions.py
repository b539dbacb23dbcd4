"""Parts that others bring, without a line of this package changed.

A store, a backend or an embedding model is named in the settings as `package.module:Class`; a reader of a format is an
entry point. Entry points: `named_part`, `made_part`, `is_server`, `installed_readers`.
"""

from __future__ import annotations

import importlib
from typing import Any

from rag.errors import ExtensionUnavailable, RagError

READER_GROUP = "wenju.readers"  # of entry points: the ending of a file's name = "package.module:function"


def named_part(name: str) -> Any | None:
    """Return what a setting names as `package.module:Class`, or None when it is a name of another kind.

    Raises:
        ExtensionUnavailable: There is no such module, or nothing of that name in it.
    """
    module, _, attribute = name.partition(":")
    if "." not in module or not all(map(str.isidentifier, (*module.split("."), attribute))):
        return None
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ExtensionUnavailable(
            f"{name} cannot be loaded: {error}", advice="install its package, or mend the name in the settings"
        ) from error


def made_part(name: str, *given: Any) -> Any | None:
    """Return what the class makes that a setting names, see `named_part`, or None when it is a name of another kind.

    Raises:
        ExtensionUnavailable: There is no such class, or it cannot be made of what is `given`.
    """
    found = named_part(name)
    if found is None:
        return None
    try:
        return found(*given)
    except RagError:
        raise
    except Exception as error:  # whatever the code of others raises
        raise ExtensionUnavailable(
            f"{name} cannot be started: {type(error).__name__}: {error}",
            advice="mend it, or name another in the settings",
        ) from error


def is_server(name: str) -> bool:
    """Tell whether a setting names a model by the address of its server."""
    return name.startswith(("http://", "https://"))


def installed_readers() -> dict[str, str]:
    """Return the readers that installed packages bring: the ending of a file's name -> "package.module:function"."""
    from importlib.metadata import entry_points  # a fifth of the start of the process that reads a PDF

    return {point.name.lower(): point.value for point in entry_points(group=READER_GROUP) if point.name[0] == "."}
