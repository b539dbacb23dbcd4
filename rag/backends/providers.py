"""Where chat models are: the providers of rag/data/chat_providers.tsv, their addresses, and which key goes where.

A key is sent only to the address that it was set for: a provider's own variable to that provider's address,
`WENJU_API_KEY` to the base URL that file or environment name beside it. Any other address is asked without a key.
All speak OpenAI's protocol. Entry points: `find_provider`, `address_of`, `key_for`, `list_models`.
Knows no request and no answer.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass

from rag.backends.failures import translate_failure
from rag.errors import BackendFailed
from rag.settings import OWN_KEY, Settings
from rag.vocabulary import read_table

LIST_TIMEOUT_S = 5.0
MOST_MODELS = 500
NO_KEY = "no-key-needed"  # a client wants one
# OpenAI's client has always taken another address from these, together with OPENAI_API_KEY.
_OTHER_ADDRESS = ("OPENAI_BASE_URL", "OPENAI_API_BASE")


@dataclass(frozen=True, slots=True)
class Provider:
    """A row of the table."""

    name: str
    labels: tuple[str, str]  # its name on a page, in Chinese and in English
    address: str
    key_variable: str  # the environment variable that holds its key; "" when it needs none
    example: str  # a model that it offers


@functools.cache
def providers() -> tuple[Provider, ...]:
    """Return the providers in the order of the table."""
    return tuple(
        Provider(name, (chinese, english), address, key.strip("-"), example.partition(":")[2])
        for name, chinese, english, address, key, example in read_table("chat_providers")
    )


def find_provider(backend: str) -> Provider | None:
    """Return the provider of `name:model`, None when the table does not hold it."""
    return next((one for one in providers() if one.name == backend.partition(":")[0]), None)


def address_of(settings: Settings) -> str:
    """Return the base URL that is asked: the chosen one, else the provider's own; "" of an unknown provider."""
    provider = find_provider(settings.backend)
    if settings.base_url or provider is None:
        return settings.base_url
    return _own_address(provider)


def key_variable_of(settings: Settings) -> str:
    """Return the name of the only variable whose value may be sent to `address_of(settings)`, "" when none may."""
    provider, address = find_provider(settings.backend), address_of(settings)
    if provider is not None and provider.key_variable and _same(address, _own_address(provider)):
        return provider.key_variable
    return OWN_KEY if _same(address, Settings().base_url) else ""


def key_for(settings: Settings) -> str:
    """Return the key for `address_of(settings)`, "" to ask without one.

    Raises:
        BackendFailed: The provider needs a key and its variable is not set, or holds what is no key; or the address
            holds a user or password, which what the server says of it would give away.
    """
    host = address_of(settings).partition("://")[2].partition("/")[0]
    if "@" in host:
        raise BackendFailed(
            f"the address of {host.rpartition('@')[2]} holds a user or password",
            advice=f"leave it out, and set {OWN_KEY}",
            code="no_key",
        )
    variable = key_variable_of(settings)
    key = os.environ.get(variable, "").strip() if variable else ""
    if not (key.isascii() and key.isprintable()):
        raise BackendFailed(
            f"what stands in {variable} is no key", advice="copy it again, without quotation marks", code="no_key"
        )
    if variable and variable != OWN_KEY and not key:
        provider = settings.backend.partition(":")[0]
        raise BackendFailed(
            f"no key for {provider} is set", advice=f"export {variable}=… before starting Wenju", code="no_key"
        )
    return key


def list_models(settings: Settings) -> list[str]:
    """Return the names of the models that the server offers (`/models`), sorted; at most `MOST_MODELS`.

    Raises:
        BackendFailed: No key, or the server does not answer with such a list within `LIST_TIMEOUT_S`.
    """
    import openai

    key = key_for(settings)
    extra = {"x-api-key": key, "anthropic-version": "2023-06-01"} if settings.backend.startswith("anthropic:") else {}
    try:
        with openai.OpenAI(
            base_url=address_of(settings), api_key=key or NO_KEY, timeout=LIST_TIMEOUT_S, max_retries=0
        ) as client:
            found = {str(model.id) for model in client.models.list(extra_headers=extra).data}
    except openai.OpenAIError as error:
        raise translate_failure(error, key_variable_of(settings)) from None
    except (ValueError, AttributeError, TypeError) as error:
        raise BackendFailed(
            "the server has no list of models", advice="type the model's name", code="no_list"
        ) from error
    return sorted(name for name in found if name.isprintable() and len(name) <= 200)[:MOST_MODELS]


def _own_address(provider: Provider) -> str:
    if provider.name == "openai":
        return next((os.environ[name] for name in _OTHER_ADDRESS if os.environ.get(name)), provider.address)
    return provider.address


def _same(one: str, other: str) -> bool:
    return bool(one) and one.rstrip("/") == other.rstrip("/")
