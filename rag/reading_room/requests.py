"""Which requests may come in: of a known host, and from no page of another origin.

A foreign name that is pointed at this machine names another host than ours, and a page of somebody else's names itself.
Entry points: `is_known`, `is_foreign`. Knows settings; no server.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from rag.loopback import is_loopback
from rag.settings import Settings


def is_known(host: str, settings: Settings) -> bool:
    """Tell whether `host`, as a request names it, is one of the names that we are known by."""
    parts = _split(f"//{host}")
    if parts is None or parts.netloc != host or "@" in host:
        return False
    name = parts.hostname or ""
    return is_loopback(name) or name in {settings.host.casefold(), *map(str.casefold, settings.allowed_hosts)}


def is_foreign(headers: Mapping[str, str], host: str, *, opens: bool = False) -> bool:
    """Tell whether a page of another origin has sent a request to `host`; `opens`: it only opens a page, as a link."""
    origin = headers.get("origin")
    if origin is not None:
        parts = _split(origin)
        if parts is None or parts.netloc.casefold() != host.casefold():
            return True
    return not opens and headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")


def _split(address: str) -> SplitResult | None:
    """Return the parts of an address; None where it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return None
