"""Which chat model a reader chose on the page: kept beside the conversations, never with a key.

The one place that keeps, reads and undoes the choice, so that who may choose can be guarded here. On a page a model can
be chosen at its provider's own address or on this machine; another address, to which passages and perhaps a key would
go, only whoever starts Wenju can set. Entry points: `choose_model`, `forget_model`,
`chosen_model`, `check_address`.
"""

from __future__ import annotations

from rag.errors import BackendFailed
from rag.loopback import is_own_address
from rag.reading_room.conversations import Conversations
from rag.settings import Settings

QUOTING = "extractive"


def choose_model(kept: Conversations, base: Settings, backend: str, base_url: str = "") -> None:
    """Keep the choice of a backend, as the setting has it; `base`: the settings of file and environment.

    Raises:
        BackendFailed: The address may not be chosen on a page, or the name is none.
    """
    backend, base_url = backend.strip(), base_url.strip()
    if backend != QUOTING and not all(part.strip() for part in backend.partition(":")):
        raise BackendFailed("no model is named", advice="type the model's name", code="no_model")
    check_address(base, base_url)
    kept.prefer("base_url", base_url)
    kept.prefer("backend", backend)


def forget_model(kept: Conversations) -> None:
    """Undo the choice: what file and environment say holds again."""
    kept.prefer("backend", "")
    kept.prefer("base_url", "")


def chosen_model(kept: Conversations, base: Settings) -> dict[str, str]:
    """Return the chosen `backend` and `base_url` as settings; {} when nothing, or nothing allowed, was chosen."""
    choices = kept.preferences()
    backend, base_url = (choices.get(name, "") for name in ("backend", "base_url"))
    return {"backend": backend, "base_url": base_url} if backend and _may_be_chosen(base, base_url) else {}


def check_address(base: Settings, base_url: str) -> None:
    """Raise BackendFailed for an address that is neither a provider's own, nor the settings', nor on this machine."""
    if not _may_be_chosen(base, base_url):
        raise BackendFailed(
            f"the address {base_url!r} is neither a provider's own nor on this machine",
            advice="set WENJU_BASE_URL (and WENJU_API_KEY) before starting Wenju",
            code="address",
        )


def _may_be_chosen(base: Settings, base_url: str) -> bool:
    return not base_url or base_url == base.base_url or is_own_address(base_url)
