"""Write docs/settings.md from the settings themselves: python docs/write_settings.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rag.settings import Settings

PAGE = Path(__file__).parent / "settings.md"
HEAD = """# Settings 设置

Order: arguments, the environment (`WENJU_` and the name in capitals), `wenju.toml` in the working folder,
these defaults. A name that is not in the list, or a value out of its range, is refused with the reason. Keys of chat
models are no settings: each provider has its own variable, `WENJU_API_KEY` is for a server that the settings name.
The keys of servers for embedding, reranking and vectors are `WENJU_MODEL_KEY`, `WENJU_RERANKER_KEY`, `WENJU_STORE_KEY`.
顺序：参数、环境变量、`wenju.toml`、默认值；写错的项会被指出。This page is written by `python docs/write_settings.py`.

| setting | default | range | what it is |
| --- | --- | --- | --- |
"""


def settings_page() -> str:
    """Return the page: a row a setting, in the order of the code."""
    return HEAD + "".join(_row(name, field) for name, field in Settings.model_fields.items())


SIGNS = {"ge": "≥", "gt": ">", "le": "≤"}  # of the bounds that a field may have


def _row(name: str, field: Any) -> str:
    bounds = [
        f"{sign} {getattr(bound, kind):,}"
        for bound in field.metadata
        for kind, sign in SIGNS.items()
        if hasattr(bound, kind)
    ]
    default = str(field.default).lower() if isinstance(field.default, bool) else field.default
    shown = "" if default in (None, "", (), {}) else f"`{default}`"
    return f"| `{name}` | {shown} | {', '.join(bounds)} | {field.description} |\n"


if __name__ == "__main__":
    PAGE.write_text(settings_page(), encoding="utf-8")
