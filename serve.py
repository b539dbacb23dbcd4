"""The chat page behind its door: `streamlit run serve.py`, as `wenju chat` does."""

from __future__ import annotations

import streamlit as st

from page.door import guards

app = st.App("app.py", middleware=guards())
