"""The library: what is in it, what is chosen to be asked, putting files in and taking them out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from rag.errors import IndexMissing, RagError
from rag.literature.corrections import KnownRecords
from rag.reading_room.page_texts import texts_of
from rag.reading_room.plain_answers import reason_of
from rag.records import Language
from rag.web import bringing, first_run, jobs, notebooks, state, uploading, views
from rag.web.components import mount
from rag.web.reader import open_article
from rag.web.state import plain, t, told, words
from rag.web.trouble import show_error

WARNING = "warning: "  # how a remark on the reading begins that must be seen
SHELF_WORDS = texts_of("shelf")


def draw() -> None:
    """Draw the library."""
    settings = state.settings()
    st.title(t("nav_library"), anchor=False)
    keeper = state.reader().keeper
    if keeper:
        uploading.draw()
        bringing.draw()
    build = jobs.building(settings)
    updating = build is not None and not build.done.is_set()
    if updating and first_run.can_be_opened():
        first_run.show_update()
    elif updating:
        first_run.show_building()
        return
    if not jobs.warm(settings).is_set():
        with st.spinner(t("warming")):
            jobs.warm(settings).wait()
    from rag.reading_room.library import pending_changes

    index = None
    empty = first_run.is_empty(settings)
    try:
        index = state.index()
    except IndexMissing as error:
        if empty:
            st.caption(t("empty_library"))
        else:
            show_error(error)
    except RagError as error:
        show_error(error)
    if keeper:
        _removed(settings.corpus)
        if settings.corpus.is_dir():
            st.session_state["watch"] = jobs.is_watching(settings)
            st.toggle(t("watch"), key="watch", on_change=_watch)
    if index is not None and index.damage:
        st.warning(t("index_damage", what=told(index.damage)))
    pending = None if updating else pending_changes(settings.corpus, index)
    if pending:
        st.info(t("pending", new=len(pending.new), changed=len(pending.changed), gone=len(pending.gone)))
    if build is not None and build.cancelled:
        st.info(t("build_cancelled"), icon=":material/info:")
    elif build is not None and build.error is not None:
        show_error(build.error)
    elif build is not None and build.report is not None and not pending:
        st.caption(t("built", sources=build.report.sources, passages=build.report.passages))
    if keeper and not updating and (pending or (index is None and not empty) or (index and index.damage)):
        st.button(t("rebuild"), type="primary", key="rebuild", on_click=first_run.begin_building, args=(settings,))
    if index is None:
        return
    if index.manifest.rejected:
        with st.expander(t("rejected", n=len(index.manifest.rejected))):
            for item in index.manifest.rejected:
                st.markdown(f"**{plain(item.source)}**　{told(reason_of(item))}　{t('what_to_do')}{told(item.advice)}")
    notebooks.draw()
    notebooks.dialogs()
    mount(
        "shelf",
        {
            "words": words(*SHELF_WORDS, prefixes=("shelf_", "group_", "order_")),
            "keeper": keeper,
            "sources": _tagged(_shelf(str(index.folder), state.language(), index.corrections)),
            "selected": [list(item) for item in st.session_state.get("only_articles", ())],
        },
        key="shelf",
        on_act=_act,
    )


@st.cache_data(show_spinner=False, max_entries=4)
def _shelf(generation: str, language: Language, corrections: KnownRecords) -> list[dict[str, Any]]:
    """Return the sources of a generation with their articles; cached, since it reads every document."""
    from rag.reading_room.messages import in_language
    from rag.reading_room.reading_report import describe_account, reading_report

    index = state.index()
    shelf = []
    for source in index.sources():
        document = index.document(source)
        shelf.append(
            {
                "id": source,
                "size": t("characters", n=f"{len(document.canonical):,}"),
                "account": describe_account(document.account, language) if document.account else "",
                "warnings": [in_language(one, language) for one in document.remarks if one.startswith(WARNING)],
                "report": reading_report(document, language),
                "articles": [
                    {
                        "index": number,
                        "title": article.title or t("untitled"),
                        "details": " · ".join(views.describe(article)[:2]),
                        "year": article.year,
                        "authors": list(article.authors),
                    }
                    for number, article in enumerate(document.articles)
                ],
            }
        )
    return shelf


def _tagged(shelf: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the sources with their articles' tags and notebooks, which change without a build."""
    tags, held = notebooks.tags_by_work(), notebooks.notebooks_by_work()
    return [
        source
        | {
            "articles": [
                article | {"tags": list(tags.get(key, ())), "notebooks": held.get(key, [])}
                for article in source["articles"]
                for key in [(source["id"], article["index"])]
            ]
        }
        for source in shelf
    ]


def _removed(corpus: Path) -> None:
    gone = st.session_state.get("removed")
    if gone is None:
        return
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.info(t("source_removed", source=plain(gone)))
    right.button(t("undo"), key="undo-remove", on_click=_restore, args=(corpus, gone))


def _restore(corpus: Path, source: str) -> None:
    from rag.reading_room.library import restore_source

    state.require_keeper()
    st.session_state.pop("removed", None)
    restore_source(corpus, source)
    jobs.start_building(state.settings())


def _watch() -> None:
    state.require_keeper()
    jobs.set_watching(state.settings(), st.session_state["watch"])


def _act(value: dict[str, Any]) -> None:
    kind = value.get("kind")
    if kind in ("notebook", "edit", "summarise"):
        notebooks.act(value)
    elif kind == "open":
        open_article(str(value.get("source", "")), int(value.get("article", 0)))
    elif kind == "select":
        chosen = {(str(source), int(article)) for source, article in value.get("articles", ())}
        notebooks.ask_all()
        st.session_state["only_articles"] = chosen
        if chosen:
            st.session_state["go_to_chat"] = True
    elif kind == "remove":
        from rag.reading_room.library import remove_source

        state.require_keeper()
        source = str(value.get("source", ""))
        remove_source(state.settings().corpus, source)
        notebooks.ask_no_more(source)
        st.session_state["removed"] = source
        # It may have stood far down the page, where the way back is not in sight.
        st.toast(f"{t('source_removed', source=plain(source))}　{t('undo_above')}")
        jobs.start_building(state.settings())
