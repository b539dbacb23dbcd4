"""The chat page of Wenju 问据, for `streamlit run app.py`; `wenju chat` puts a door before it."""

from __future__ import annotations

from rag.web.app import main

main()
