"""Write docs/reference.md from the docstrings of the public names: python docs/write_reference.py."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import rag

PAGE = Path(__file__).with_name("reference.md")
TITLE = (
    "# 公开的名字 · Public names\n\n"
    "由代码中的说明生成，用法见 [python.md](python.md)，设置见 [settings.md](settings.md)。\n\n"
    "*Made of the docstrings by `python docs/write_reference.py`; for their use, and the settings, see there.*"
)
QUOTED_ANNOTATION = re.compile(r"(: |-> )'([^']*)'")
FUNCTION = re.compile(r"<function (\w+) at \w+>")


def reference_page() -> str:
    """Return the page: each public name with its signature, what its docstring tells, and its methods."""
    parts = [TITLE]
    for name in rag.__all__:
        own = getattr(rag, name)
        parts += [f"## {name}", *_signature(name, own), *_told(own)]
        if inspect.isclass(own) and name != "Settings":  # a page of their own tells them
            parts += _members(name, own)
    return "\n\n".join(parts) + "\n"


def _members(name: str, own: type) -> Iterator[str]:
    bases = [base for base in reversed(own.__mro__) if base.__module__.startswith("rag.")]
    for key, member in {key: member for base in bases for key, member in vars(base).items()}.items():
        if not key.startswith("_") and isinstance(member, property | classmethod | type(_members)):
            thing = member.fget if isinstance(member, property) else getattr(own, key)
            yield f"### {name}.{key}"
            if not isinstance(member, property):
                yield from _signature(f"{name}.{key}", thing)
            yield from _told(thing)


def _signature(name: str, thing: Any) -> Iterator[str]:
    """Yield how it is called; a frozen value is rather read, its fields are told by its docstring."""
    if dataclasses.is_dataclass(thing) or name == "Settings":
        return
    signature = FUNCTION.sub(r"\1", QUOTED_ANNOTATION.sub(r"\1\2", str(inspect.signature(thing))))
    waits = "await " if inspect.iscoroutinefunction(thing) else ""
    yield f"```text\n{waits}{name}{signature.replace('(self, ', '(').replace('(self)', '()')}\n```"


def _told(thing: Any) -> Iterator[str]:
    """Yield a docstring as Markdown: its sections with a list each."""
    for block in re.split(r"\n\n+", inspect.getdoc(thing) or ""):
        head, _, rest = block.partition("\n")
        if not re.fullmatch(r"\w+:", head):
            yield " ".join(block.split())
            continue
        items = [" ".join(item.split()) for item in re.split(r"\n(?=    \S)", f"\n{rest}") if item.strip()]
        yield f"**{head.rstrip(':')}**"
        if head in ("Returns:", "Yields:"):
            yield " ".join(items)
        else:
            yield "\n".join(re.sub(r"^([\w, ]+): ", r"- `\1`: ", item) for item in items)


if __name__ == "__main__":
    PAGE.write_text(reference_page(), encoding="utf-8")
