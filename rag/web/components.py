"""Mounting of the page's own components: one JavaScript and one CSS file each, read once, nothing fetched.

Data goes to them as JSON and is shown as text; what a reader does comes back as one trigger, `act`.
Entry point: `mount`.
"""

from __future__ import annotations

import functools
import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

ASSETS = Path(__file__).parent / "assets"
_NUMBERS = itertools.count(time.time_ns() // 1_000_000)  # of what is drawn; greater after a restart than before


@functools.cache
def asset(name: str) -> str:
    """Return the text of a file of `assets`."""
    return (ASSETS / name).read_text(encoding="utf-8")


def mount(name: str, data: dict[str, Any], *, key: str, on_act: Callable[[dict[str, Any]], None]) -> None:
    """Draw the component `name` with `data`; `on_act` is called before the next run with what the reader did.

    A browser that loads the component's code may draw what it was given first after what it was given last. So what
    changes bears a greater number, `drawn`, and the component draws nothing that is older than what stands.
    """

    def acted() -> None:
        act = st.session_state[key].get("act")
        if isinstance(act, dict):
            on_act(act)

    component = st.components.v2.component(
        f"wenju_{name}",
        css=asset("common.css") + asset(f"{name}.css"),
        js=asset("common.js") + asset(f"{name}.js"),
    )
    component(key=key, data=data | {"drawn": _number(key, data)}, on_act_change=acted)


def _number(key: str, data: dict[str, Any]) -> int:
    """Return the number of what a page draws under a key: that of the last time if it is the same."""
    drawn: dict[str, tuple[int, int]] = st.session_state.setdefault("drawn", {})
    content = hash(json.dumps(data))
    if key not in drawn or drawn[key][0] != content:
        drawn[key] = content, next(_NUMBERS)
    return drawn[key][1]


def style(*names: str) -> None:
    """Apply style sheets of `assets` to the whole page."""
    st.html("<style>" + "".join(asset(name) for name in names) + "</style>")
