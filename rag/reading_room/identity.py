"""Who reads, and what they may do: nobody is asked on their own machine, everybody beyond it.

A page on the loopback has one reader, who is its keeper. A page that others can reach has readers with a login: those
of `Settings.accounts`, with a password, or those whom an OpenID provider vouches for. Keepers put files in, take them
out, build the index and choose the chat model; readers ask, and see no one's conversations but their own.
Entry points: `require_login`, `check_password`, `issue_ticket`, `read_ticket`, `admit`. Knows
settings; no widgets, no server.
"""

from __future__ import annotations

import functools
import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path

import argon2
import filelock
from itsdangerous import BadData, URLSafeTimedSerializer

from rag.errors import LoginRequired
from rag.loopback import is_loopback
from rag.private_files import make_private, write_private
from rag.settings import Settings

TICKET_MAX_AGE_S = 14 * 24 * 3600
TICKET_MAX_CHARS = 2000
KEY_FILE, KEY_LOCK = "login.key", "login.lock"
KEY_BYTES = 32
_HASHER = argon2.PasswordHasher()


@dataclass(frozen=True, slots=True)
class Reader:
    """One who reads: the name under which conversations are kept, and whether they are a keeper."""

    name: str
    keeper: bool


ALONE = Reader("", True)  # on their own machine
VISITOR = Reader("\0", False)  # nobody yet: owns nothing, may do nothing


def require_login(settings: Settings, host: str, *, provider: bool) -> None:
    """Refuse to listen at `host` ("" for everywhere) for others without a login and a keeper: raises LoginRequired."""
    if is_loopback(host):
        return
    if not settings.accounts and not provider:
        raise LoginRequired(
            f"{host or 'every address'} can be reached by others, and nobody would be asked who they are",
            advice="make an account: wenju account NAME; or set up Streamlit's OpenID login; or stay on 127.0.0.1",
        )
    if not settings.keepers:
        raise LoginRequired("no reader is a keeper", advice='name one in wenju.toml: keepers = ["NAME"]')
    _nobody()  # made before anyone asks, not by the first who is unknown


def hash_password(password: str) -> str:
    """Return what `Settings.accounts` keeps of a password: Argon2id, with a salt of its own."""
    return _HASHER.hash(password)


@functools.cache
def _nobody() -> str:
    """What is checked where there is no such account, so that both take as long."""
    return hash_password(secrets.token_hex())


def check_password(settings: Settings, name: str, password: str) -> Reader | None:
    """Return the reader of that name and password, or None."""
    known = settings.accounts.get(name)
    try:
        _HASHER.verify(known or _nobody(), password)
    except (argon2.exceptions.VerificationError, ValueError):  # a hash that is none is a ValueError
        return None
    return _reader(settings, name) if known else None


def admit(settings: Settings, name: str, *, verified: bool) -> Reader | None:
    """Return the reader whom an OpenID provider calls `name` (an e-mail address or subject), or None.

    `readers` and `keepers` of the settings are let in, whole names or "@domain", where the provider has `verified`
    that the address is theirs.
    """
    domain = "@" + name.rpartition("@")[2] if "@" in name else ""
    known = {*settings.readers, *settings.keepers}
    return _reader(settings, name) if verified and name and (name in known or domain in known) else None


def _reader(settings: Settings, name: str) -> Reader:
    return Reader(name, name in settings.keepers)


def issue_ticket(settings: Settings, reader: Reader) -> str:
    """Return what a browser shows at its next visit; it ends with the account's password, or after two weeks.

    OSError: the key cannot be kept.
    """
    return _serializer(settings, reader.name).dumps(reader.name)


def read_ticket(settings: Settings, ticket: str) -> Reader | None:
    """Return the reader who holds a ticket, or None if it is none of ours, too old, or of another password.

    OSError: the key cannot be kept.
    """
    if len(ticket) > TICKET_MAX_CHARS:  # it is unpacked before its signature is known
        return None
    try:
        name = str(URLSafeTimedSerializer(b"").loads_unsafe(ticket)[1])
        if name not in settings.accounts:
            return None
        _serializer(settings, name).loads(ticket, max_age=TICKET_MAX_AGE_S)
    except (BadData, ValueError):
        return None
    return _reader(settings, name)


def _serializer(settings: Settings, name: str) -> URLSafeTimedSerializer:
    password = hashlib.sha256(settings.accounts.get(name, "").encode()).hexdigest()
    return URLSafeTimedSerializer(_key(settings.index), salt=f"wenju {password}")


def _key(index: Path) -> bytes:
    """Return the key that tickets are signed with; made once, beside the index."""
    path = make_private(index) / KEY_FILE
    if not _is_whole(path):
        with filelock.FileLock(index / KEY_LOCK):  # of readers who come first at once one makes it
            if not _is_whole(path):
                write_private(path, secrets.token_bytes(KEY_BYTES))
    return path.read_bytes()


def _is_whole(key: Path) -> bool:
    return key.is_file() and key.stat().st_size == KEY_BYTES
