"""What went wrong with a chat model, from a client's exception or a server's words to a failure that a reader knows.

Every failure has a code; a page has a title and a remedy for each. What a server said is kept to 300 characters,
without any key. Entry points: `translate_failure`, `body_failure`, `ending_failure`.
"""

from __future__ import annotations

import email.utils
import os
import re
import time
from typing import Any

from rag.errors import BackendBusy, BackendFailed
from rag.text.words import holds_any
from rag.vocabulary import phrases, read_table

_ROWS = read_table("failures")
# What a status means; every other one from 500 on is a failure of the server, from 400 on a refused request.
_STATUS = {int(status): code for code, cell, *_ in _ROWS for status in phrases(cell) if status != "-"}
_TOLD = {code: told for code, _, _, told, _ in _ROWS}
_ADVICE = {code: advice for code, *_, advice in _ROWS}
_RETRYABLE = frozenset({"busy", "server", "slow"})
# Reasons to finish other than being done, as servers name them; some have an underscore.
_ENDINGS = {reason: code for code, _, cell, *_ in _ROWS for reason in cell.split() if reason != "-"}


def translate_failure(error: BaseException, key_variable: str = "") -> BackendFailed:
    """Return what a client's exception means for the reader; the many classes share status and cause, not a base.

    `key_variable`: where the key stands that was sent, for the advice.
    """
    # A client wraps what its transport raised, perhaps more than once.
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)
    if ours := next((one for one in chain if isinstance(one, BackendFailed)), None):
        return ours
    status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    if status:
        told = _safe_text(str(error))
        code = _STATUS.get(int(status)) or ("server" if int(status) >= 500 else "refused")
        if code in ("busy", "refused", "server"):
            code = _code_of_words(told) or code
        advice = f"check {key_variable}" if code in ("key", "forbidden") and key_variable else None
        return _failure(code, f"{_TOLD[code]} ({int(status)}): {told}", advice)
    names = {cls.__name__ for one in chain for cls in type(one).__mro__}
    told = _safe_text("; ".join(dict.fromkeys(str(one) for one in chain)))
    if names & {"TimeoutException", "APITimeoutError", "TimeoutError"}:
        return _failure("slow", _TOLD["slow"])
    if names & {"RemoteProtocolError", "ReadError", "IncompleteRead"}:
        return BackendBusy(f"the connection broke off: {told}", advice="ask again", code="cut_off")
    if "gaierror" in names:
        return _failure("no_host", _TOLD["no_host"])
    unreadable = "DecodingError" in names
    if not unreadable and names & {"APIConnectionError", "ConnectError", "ConnectionError", "OSError"}:
        return BackendFailed(
            f"the chat model cannot be reached: {told}",
            advice="check WENJU_BASE_URL and that the server runs",
            code="unreachable",
        )
    if not unreadable and "APIError" in names:  # a stream that holds an error
        return body_failure(told)
    return BackendFailed(
        f"the chat model's output cannot be used ({type(error).__name__}): {told}",
        advice="check that WENJU_BASE_URL is an OpenAI-compatible server, or choose another model",
        code="unusable",
    )


def body_failure(body: Any) -> BackendFailed:
    """Return what a body means that came with status 200 in place of a stream: an error, a whole answer, a page."""
    if isinstance(body, dict) and body.get("choices"):
        return BackendFailed(
            "the server answers in one piece, not in a stream", advice="choose another server", code="unusable"
        )
    if isinstance(body, dict):
        inner = body.get("error", body)
        told = inner.get("message") or inner.get("msg") or inner if isinstance(inner, dict) else inner
    elif any(mark in str(body).lower() for mark in ("<html", "<!doctype")):
        return BackendFailed(
            "the server answers with a web page",
            advice="check WENJU_BASE_URL: it often ends in /v1",
            code="unusable",
        )
    else:
        told = body
    told = _safe_text(str(told))
    code = _code_of_words(told) or "error_body"
    return BackendFailed(
        f"the server says that all is well and sends an error: {told}",
        advice=_ADVICE.get(code, "ask again; look at the server's log"),
        code=code,
    )


def ending_failure(reason: str) -> BackendFailed | None:
    """Return what a reason to finish means, None when it means that the model was done."""
    code = _ENDINGS.get(reason.casefold())
    if code is None:
        return None
    told = "the provider's content filter stopped the model" if code == "filtered" else _TOLD["length"]
    return BackendFailed(f"{told} ({_safe_text(reason)})", advice=_ADVICE[code], code=code)


def retry_after_s(error: BaseException) -> float | None:
    """Return the seconds that a Retry-After header asks for (a number or a date), None without one."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    value = headers.get("retry-after", "") if headers else ""
    if value.replace(".", "", 1).isdecimal() and value[0] != "." != value[-1]:
        return float(value)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - time.time())


def _failure(code: str, told: str, advice: str | None = None) -> BackendFailed:
    kind = BackendBusy if code in _RETRYABLE else BackendFailed
    return kind(told, advice=advice or _ADVICE[code], code=code)


def _code_of_words(told: str) -> str:
    spaced = told.replace("_", " ")
    rows = read_table("failure_words")
    return next((code for code, words, _ in rows if holds_any(spaced, phrases(words))), "")


def _safe_text(text: str) -> str:
    """Return at most 300 characters of an error's text, without any key or password."""
    for name, value in os.environ.items():
        if any(word in name for word in ("KEY", "TOKEN", "SECRET", "PASSWORD")) and len(value) >= 6:
            text = text.replace(value, "…")
    text = re.sub(r"\b(?:sk|pk|key|gsk|xai)-[\w*.-]{4,}|(?<=://)[^/\s@]+@|(?<=Bearer )\S+", "…", text)
    return " ".join(text.split())[:300]
