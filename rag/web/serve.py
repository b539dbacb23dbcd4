"""The chat page behind its door: `streamlit run rag/web/serve.py` in this folder, as `wenju chat` does."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rag.web.door import guards

app = st.App(str(Path(__file__).with_name("app.py")), middleware=guards())
