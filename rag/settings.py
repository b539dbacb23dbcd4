"""What a reader may set: one frozen object, loaded once and passed on.

Order: arguments, environment (`WENJU_…`), `wenju.toml` in the working folder, defaults. An unknown key or a value
out of range is refused at load. Keys of chat models are read from their own environment variables by the backend
and are no settings. Entry point: `Settings()`.
"""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rag.errors import UnusableSettings
from rag.records import Limits

SERVER_TOKEN = "WENJU_SERVER_TOKEN"  # what callers of `wenju serve` must show; read by the server, never kept  # noqa: S105
OWN_KEY = "WENJU_API_KEY"  # the key for the base URL of file or environment; read by the backend, never kept
MODEL_KEY, RERANKER_KEY = "WENJU_MODEL_KEY", "WENJU_RERANKER_KEY"  # what their servers ask for; likewise
STORE_KEY = "WENJU_STORE_KEY"  # what a vector store asks for; read by the store, never kept
FILE = "wenju.toml"  # in the working folder
KEYS = (OWN_KEY, SERVER_TOKEN, STORE_KEY, MODEL_KEY, RERANKER_KEY)


class Settings(BaseSettings):
    """The settings of one corpus and its index."""

    model_config = SettingsConfigDict(
        env_prefix="WENJU_",
        toml_file=FILE,
        extra="forbid",
        frozen=True,
        protected_namespaces=(),
        hide_input_in_errors=True,  # or a traceback would hold the hashes of passwords
    )

    corpus: Path = Field(Path("corpus"), description="Folder of the documents.")
    index: Path = Field(Path("index"), description="Folder of the index and of what readers keep.")
    model: str = Field(
        "bundled", min_length=1, description="Embedding model: `bundled`, folder, hub name, server, or `module:Class`."
    )
    question_prompt: str | None = Field(None, description="Prefix of questions; None: the model's own.")
    passage_prompt: str | None = Field(None, description="Prefix of passages; None: the model's own.")
    passage_max_chars: int = Field(550, ge=100, le=4000, description="Most characters of a passage.")
    store: str = Field("faiss", description="`faiss`, `milvus`, `milvus:http://host:19530`, or `module:Class`.")
    rerank: bool = Field(True, description="Rerank candidates by late interaction before they are read.")
    reranker: str = Field("", description="Cross-encoder beside it: folder, hub name, server, or `module:Class`.")
    evidence_count: int = Field(8, ge=1, le=50, description="Passages that an answer may draw on.")
    backend: str = Field("extractive", description="`extractive`, `provider:model`, or `package.module:Class`.")
    base_url: str = Field("", description="Base URL of an OpenAI-compatible server.")
    timeout_s: float = Field(60.0, gt=0, le=3600, description="Longest wait for a chat model, in seconds.")
    busy_wait_s: float = Field(4.0, ge=0, le=600, description="Longest wait for a busy model before quoting instead.")
    rewrite: bool = Field(True, description="A chat model makes a follow-up stand alone.")
    split: bool = Field(True, description="A chat model splits a question of several parts or steps.")
    search_again: bool = Field(True, description="A chat model asks in other words where little was found.")
    research_rounds: int = Field(3, ge=1, le=3, description="Most rounds of searching for one answer.")
    research_tokens: int = Field(6000, ge=0, le=100_000, description="Tokens for these steps, of one answer.")
    research_s: float = Field(30.0, ge=0, le=600, description="Seconds for these steps, of one answer.")
    answer_max_chars: int = Field(360, ge=80, le=4000, description="Most characters of an extractive answer.")
    host: str = Field("127.0.0.1", description="Address that the page listens at; beyond loopback it asks for a login.")
    allowed_hosts: tuple[str, ...] = Field((), description="Names by which others reach the page, without port.")
    accounts: dict[str, str] = Field({}, description="Name -> Argon2 hash of a password, as `wenju account` writes it.")
    readers: tuple[str, ...] = Field((), description="E-mail addresses, or @domain, that an OpenID login lets in.")
    keepers: tuple[str, ...] = Field((), description="Readers who also keep the library and choose the chat model.")
    library_max_megabytes: int = Field(20_000, ge=1, description="Most that uploads may make of the library.")
    tracing: bool = Field(False, description="Whether LangSmith tracing may send questions and passages away.")
    read_megabytes: int = Field(500, ge=1, description="Largest file that is read, in 10^6 bytes.")
    read_seconds: int = Field(20, ge=1, description="Most processor time of reading a file.")
    read_memory_mb: int = Field(1000, ge=300, description="Most memory of the process that reads files.")
    read_pages: int = Field(10_000, ge=1, description="Most pages of a file.")
    read_lines: int = Field(400_000, ge=1, description="Most printed lines, paragraphs and rows of a file.")
    read_characters: int = Field(20_000_000, ge=1, description="Most characters of a file.")
    read_passages: int = Field(40_000, ge=1, description="Most passages of a file.")
    read_expansion: int = Field(200, ge=1, description="Most characters for each byte of a file.")
    read_recognition_minutes: int = Field(120, ge=1, description="Longest recognition of a file's pictures at a time.")
    prompt_file: Path | None = Field(None, description="A reader's own prompt for chat models.")

    def limits(self) -> Limits:
        """Return what reading one file may cost."""
        return Limits(**{field.name: getattr(self, f"read_{field.name}") for field in dataclasses.fields(Limits)})

    @model_validator(mode="after")
    def _refuse_unknown_variables(self) -> Settings:
        known = {f"WENJU_{name.upper()}" for name in type(self).model_fields} | {"WENJU_CACHE", *KEYS}
        for name in os.environ:
            if name.upper().startswith("WENJU_") and name.upper() not in known:
                shown = ascii(name)[1:-1]  # it may hold bytes that are no text
                raise ValueError(f"unknown environment variable {shown}; known are {', '.join(sorted(known))}")
        return self

    @model_validator(mode="after")
    def _refuse_one_folder(self) -> Settings:
        if self.corpus.absolute() == self.index.absolute():
            raise ValueError("the documents and their index need a folder each")
        return self

    @field_validator("corpus", "index", "prompt_file", mode="before")
    @classmethod
    def _refuse_no_path(cls, path: Any) -> Any:
        if path == "" or "\0" in str(path):
            raise ValueError("no path is empty or has a NUL in it; '.' is the working folder")
        return path

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources in their order of precedence."""
        if os.path.lexists(FILE) and not Path(FILE).is_file():
            raise UnusableSettings(f"{FILE} is no file", advice="rename it, and write the settings to a file")
        return init_settings, _Environment(settings_cls), _File(settings_cls)


def problems_of(error: ValidationError) -> Iterator[tuple[str, str, str]]:
    """Yield the name of each setting that is refused, "" for all at once, what is wrong with it, and what was given.

    What was given is "" where it may hold hashes of passwords, or a key that was written where none belongs.
    """
    for item in error.errors():
        name = ".".join(map(str, item["loc"]))
        known = not name or item["loc"][0] in Settings.model_fields
        given = f" (given: {item['input']!r})" if name and known and item["loc"][0] != "accounts" else ""
        yield name, item["msg"] if known else "there is no such setting; keys stand in the environment", given


class _Environment(EnvSettingsSource):
    """The environment; a list may be written with commas, as in `WENJU_KEEPERS=林,chen`."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """Return what a variable holds that is no single value; as it stands where it cannot be read."""
        if field.annotation == tuple[str, ...] and not value.lstrip().startswith("["):
            return tuple(filter(None, map(str.strip, value.replace("，", ",").split(","))))
        try:
            return super().decode_complex_value(field_name, field, value)
        except (ValueError, RecursionError):
            return value


class _File(TomlConfigSettingsSource):
    """`wenju.toml`."""

    def _read_file(self, file_path: Path | Traversable) -> dict[str, Any]:
        try:
            return tomllib.loads(file_path.read_bytes().decode("utf-8-sig"))
        except (OSError, ValueError, RecursionError) as error:
            advice = "mend it; texts are quoted, and it is UTF-8"
            raise UnusableSettings(f"{file_path}: {error}", advice=advice) from None
