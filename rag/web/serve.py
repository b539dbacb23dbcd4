"""The chat page behind its door: `streamlit run rag/web/serve.py` in this folder, as `wenju chat` does."""

from __future__ import annotations

import importlib
import threading
from pathlib import Path

import streamlit as st

from rag.web.door import guards

AHEAD = ("rag.web.app", "pandas")  # what the first run of the page imports; Streamlit wants pandas for components


def _import_ahead() -> None:
    """Import while the browser is on its way what its first page would wait a second for."""
    for module in AHEAD:
        importlib.import_module(module)


app = st.App(str(Path(__file__).with_name("app.py")), middleware=guards())
threading.Thread(target=_import_ahead, daemon=True).start()
