"""Which hosts and addresses are this machine's own. Callers: backends, reading_room, servers, the page."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches `host`, a name or an address without port."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def is_own_address(address: str) -> bool:
    """Tell whether a base URL names a server on this machine, without a user or password in it."""
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  raises when it is no number
    except ValueError:
        return False
    return is_loopback(parts.hostname or "") and parts.scheme in ("http", "https") and "@" not in parts.netloc
