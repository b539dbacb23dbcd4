"""Which hosts and addresses are this machine's own, and what may be sent to the others."""

from __future__ import annotations

import ipaddress
import os
from urllib.parse import urlsplit

from rag.errors import ExtensionUnavailable


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


def key_for(address: str, variable: str) -> str:
    """Return the key for the server at a base URL that an environment variable holds, "" for none.

    Raises:
        ExtensionUnavailable: The key would leave this machine unencrypted, or the address itself holds a password.
    """
    parts, key = urlsplit(address), os.environ.get(variable, "")
    if "@" in parts.netloc:
        raise ExtensionUnavailable(
            f"the address of {parts.hostname} holds a user or password", advice=f"leave it out, and set {variable}"
        )
    if key and parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ExtensionUnavailable(
            f"{variable} would be sent unencrypted to {parts.hostname}", advice="use an address with https://"
        )
    return key
