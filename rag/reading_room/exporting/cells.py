"""What was found, and answers, as a Jupyter notebook shows them: the quoted sentence and the answering words marked.

HTML that runs and fetches nothing, in the language of the question; what others wrote is escaped, and no formula to
the notebook. Entry point: `write_cell`.
"""

from __future__ import annotations

import zlib

from rag.reading_room.conversations import KeptTurn
from rag.reading_room.exporting.turns import cut_quotation, lay_out_turn
from rag.reading_room.exporting.web import TURN_CSS, write_text, write_turn
from rag.reading_room.plain_answers import place_of
from rag.records import Answer, Evidence, Language, Retrieval, Shown
from rag.text.language import main_language
from rag.text.visible import visible_text

_NO_FORMULA = "tex2jax_ignore mathjax_ignore"  # $ is money here


def write_cell(shown: Shown) -> str:
    """Return an answer, evidence, or all that was found for a question, as HTML.

    Args:
        shown: An `Answer`, `Retrieval` or `Evidence`.

    Raises:
        TypeError: It is none of these.
    """
    if isinstance(shown, Answer):
        language = main_language(shown.question)
        turn = KeptTurn(0, shown.question, shown, "", "")
        # Anchors hold the order of the turn: those of other cells on the same page must differ.
        order = zlib.crc32(f"{shown.question}\n{shown.text}".encode(errors="replace"))
        parts = [*write_turn(lay_out_turn(order, turn, language, "gbt7714", lambda _: None), language)]
    elif isinstance(shown, Retrieval):
        language = main_language(shown.question)
        found = (_evidence(item, language, f"{rank}. ") for rank, item in enumerate(shown, 1))
        parts = [f"<h2>{write_text(shown.question)}</h2>", *found]
    elif isinstance(shown, Evidence):
        language = shown.passage.language
        parts = [_evidence(shown, language)]
    else:
        raise TypeError(f"a {type(shown).__name__} is no answer and no evidence")
    tongue = "zh-Hans" if language == "zh" else "en"
    inner = visible_text("\n".join(parts))
    return f'<div class="wenju {_NO_FORMULA}" lang="{tongue}"><style>.wenju {{{TURN_CSS}}}</style>\n{inner}\n</div>'


def _evidence(item: Evidence, language: Language, rank: str = "") -> str:
    """Return where a passage stands, how likely it answers, and its text with the best sentence marked."""
    place = place_of(item.passage, language)
    quoted = "".join(
        f"<mark>{_answering(text, item)}</mark>" if best else write_text(text)
        for text, best in cut_quotation(item.text, [item.best_sentence] if item.best_sentence else [])
    )
    where = f'<p class="where">{rank}{write_text(place)} · {item.score:.2f}</p>'
    return f"<section>{where}<blockquote>{quoted}</blockquote></section>"


def _answering(sentence: str, item: Evidence) -> str:
    """Return the best sentence of a passage with the words in bold that answer."""
    begin = item.best_sentence[0] if item.best_sentence else 0
    spans = [(item.answer[0] - begin, item.answer[1] - begin)] if item.answer else []
    return "".join(
        f"<b>{write_text(text)}</b>" if answers else write_text(text)
        for text, answers in cut_quotation(sentence, spans)
    )
