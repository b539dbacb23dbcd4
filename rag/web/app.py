"""The chat page of Wenju 问据: drawn behind `serve.py`.

It chooses the page that is shown; each page is a module beside it, its looks lie in `assets`.
"""

from __future__ import annotations

import streamlit as st

from rag.errors import IndexDamaged
from rag.reading_room.page_texts import says
from rag.web import chat, jobs, library, look, reader, settings, sidebar, state, trouble
from rag.web.components import mount, style
from rag.web.state import t


def main() -> None:
    """Draw the page that the reader is on."""
    st.set_page_config(page_title="问据 Wenju", page_icon="📖", layout="wide")
    if not trouble.can_start():
        return
    style("page.css", f"{state.language()}.css")
    jobs.warm(state.settings())
    pages = {
        "chat": st.Page(chat.draw, title=t("nav_chat"), icon=":material/chat:", url_path="ask", default=True),
        "library": st.Page(library.draw, title=t("nav_library"), icon=":material/menu_book:", url_path="library"),
        "look": st.Page(look.draw, title=t("nav_look"), icon=":material/search:", url_path="look"),
        "settings": st.Page(settings.draw, title=t("nav_settings"), icon=":material/tune:", url_path="settings"),
    }
    current = st.navigation(list(pages.values()))
    if st.session_state.pop("go_to_chat", False) and current is not pages["chat"]:
        st.switch_page(pages["chat"])
    try:
        state.fill_from_address()
        state.follow_address()
        reader.follow_address()
        sidebar.draw()
        _frame()  # before the page, whose run lasts as long as an answer is written
        current.run()
        reader.draw()
    except IndexDamaged as error:  # of a conversation or notebook, which every part draws from
        trouble.show_error(error)


def _frame() -> None:
    """Say the page's language to the browser, Streamlit's own words in it, and what happened to those who listen."""
    own, other = says("theirs_", state.language()), says("theirs_", "en" if state.language() == "zh" else "zh")
    values = {
        "lang": "zh-Hans" if state.language() == "zh" else "en",
        "theirs": {other[key]: text for key, text in own.items()},
        "said": st.session_state.pop("said", ""),
    }
    mount("frame", values, key="frame", on_act=lambda value: None)


if __name__ == "__main__":
    main()
