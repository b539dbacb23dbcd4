"""Which requests may come in: of a known host, and from no page of another origin.

A foreign name that is pointed at this machine names another host than ours, and a page of somebody else's names itself.
Entry points: `is_known`, `is_foreign`. Callers: the page's door, servers. Knows settings; no server.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from rag.loopback import is_loopback
from rag.settings import Settings


def is_known(host: str, settings: Settings) -> bool:
    """Tell whether `host`, as a request names it, is one of the names that we are known by."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:  # no address that is one
        return False
    return is_loopback(name) or name in {settings.host.casefold(), *map(str.casefold, settings.allowed_hosts)}


def is_foreign(headers: Mapping[str, str], host: str, *, opens: bool = False) -> bool:
    """Tell whether a page of another origin has sent a request.

    Args:
        headers: Of the request.
        host: As the request names it.
        opens: Whether it only opens a page, as a link does.
    """
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.casefold() != host.casefold():
        return True
    return not opens and headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
