"""One page or PDF from the web, asked of no address inside the reader's network.

Whether an address may be asked is judged by the numeric address to which the connection is then made, after every
redirect anew: a name that first points outside and then inside gains nothing. No proxy of the environment is used,
since it would make the connection out of sight.
Entry point: `fetch`. Knows no corpus.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import httpcore

from rag.errors import FetchFailed

MOST_MEGABYTES = 100  # of an answer
MOST_SECONDS = 60.0  # for all of it, redirects included
MOST_REDIRECTS = 5
PORTS = {"http": 80, "https": 443}
_PIECE_SECONDS = 15.0  # without a byte
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK = 200
_AGENT = "Wenju/0.1 (a reader's own library)"
_KINDS = "text/html, application/pdf, text/plain;q=0.8"
_UNFIT = frozenset('"<>\\^`{|}')  # of an address
CHECK = "check it in a browser; save the page or PDF there, and put the file into the library"
Resolve = Callable[[str, int], list[str]]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # IPv4 addresses as IPv6 writes them behind a translator
_OWN_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")  # the same inside a network


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: the address that gave it, its bytes, and its type and character set as the server says, lower case."""

    address: str
    data: bytes
    content_type: str
    charset: str


def resolve_name(host: str, port: int) -> list[str]:
    """Return the numeric addresses of a host; OSError: it has none."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def is_public(address: str) -> bool:
    """Tell whether a numeric address belongs to the open internet: not to this machine, its network or a test range."""
    try:
        found: Address = ipaddress.ip_address(address)
    except ValueError:  # with a zone, as only addresses of one's own network have it
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if found.is_site_local or found in _OWN_NAT64:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def fetch(address: str, *, resolve: Resolve = resolve_name, allows: Callable[[str], bool] = is_public) -> Fetched:
    """Return what an http or https address answers, after at most MOST_REDIRECTS redirects; what follows # is not sent.

    `resolve` gives the numeric addresses of a host and port, `allows` tells of each whether it may be asked.

    Raises:
        FetchFailed: It is no such address, lies inside the reader's network, does not answer in time, answers with an
            error, or with more than MOST_MEGABYTES.
    """
    network = _CheckedNetwork(resolve, allows, time.monotonic() + MOST_SECONDS)
    with httpcore.ConnectionPool(
        network_backend=network, ssl_context=ssl.create_default_context(), max_connections=1
    ) as pool:
        for _ in range(MOST_REDIRECTS + 1):
            address = _asked(address)
            try:
                found = _ask(pool, address)
            except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
                raise FetchFailed(
                    f"{address} does not answer: {error or type(error).__name__}", advice=CHECK
                ) from error
            if isinstance(found, Fetched):
                return found
            address = found
    raise FetchFailed(f"{address} sends from one address to the next", advice=CHECK)


def _asked(address: str) -> str:
    """Return an address as it is asked for: in ASCII, without what follows #."""
    shown = address[:200]
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
        port = parts.port
    except ValueError as error:
        raise FetchFailed(f"{shown} is no web address", advice="copy it from the browser, whole") from error
    if parts.scheme not in PORTS or not host:
        raise FetchFailed(f"{shown} is no web address", advice="give one that begins with http:// or https://")
    if "@" in parts.netloc:
        raise FetchFailed(f"{shown} holds a name or password", advice="give the address without them")
    name = f"[{host}]" if ":" in host else host
    netloc = name if port is None else f"{name}:{port}"
    return urlunsplit((parts.scheme, netloc, _quoted(parts.path) or "/", _quoted(parts.query), ""))


def _quoted(text: str) -> str:
    """Return text with what an address may not hold as %XX; what is quoted already stays."""
    return "".join(c if "!" <= c <= "~" and c not in _UNFIT else quote(c) for c in text)


def _ask(pool: httpcore.ConnectionPool, address: str) -> Fetched | str:
    """Return the answer, or the address to which it sends."""
    headers = [("host", urlsplit(address).netloc), ("user-agent", _AGENT), ("accept", _KINDS)]
    headers.append(("accept-encoding", "identity"))  # what is packed could unpack to any size
    times = dict.fromkeys(("connect", "read", "write", "pool"), _PIECE_SECONDS)
    with pool.stream("GET", address, headers=headers, extensions={"timeout": times}) as answer:
        said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
        if answer.status in _REDIRECTS and said.get("location"):
            try:
                return urljoin(address, said["location"])
            except ValueError as error:
                raise FetchFailed(f"{address} sends to no web address", advice=CHECK) from error
        if answer.status != _OK:
            raise FetchFailed(f"{address} answers with the error {answer.status}", advice=CHECK)
        if said.get("content-encoding", "identity").lower() != "identity":
            raise FetchFailed(f"{address} answers packed, which was not asked for", advice=CHECK)
        data = _whole(address, answer.iter_stream(), said.get("content-length", ""))
    kind, _, parameters = said.get("content-type", "").lower().partition(";")
    charset = parameters.partition("charset=")[2].partition(";")[0].strip(" \"'")
    return Fetched(address, data, kind.strip(), charset)


def _whole(address: str, pieces: Iterable[bytes], length: str) -> bytes:
    most = MOST_MEGABYTES * 1_000_000
    data = bytearray()
    if not (length.isdecimal() and int(length) > most):
        for piece in pieces:
            data += piece
            if len(data) > most:
                break
        else:
            return bytes(data)
    raise FetchFailed(f"{address} answers with more than {MOST_MEGABYTES} MB", advice=CHECK)


class _CheckedNetwork(httpcore.NetworkBackend):
    """Connects to numeric addresses that are allowed, and to no other, until the time is up."""

    def __init__(self, resolve: Resolve, allows: Callable[[str], bool], deadline: float) -> None:
        self._resolve, self._allows, self._deadline = resolve, allows, deadline
        self._network = httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore.NetworkStream:
        host = host.strip("[]")
        found = self._resolve(host, port)
        if not found or not all(map(self._allows, found)):
            raise FetchFailed(
                f"{host} is inside this network, or no address of the open internet",
                advice="open it in a browser, save it, and put the file into the library",
            )
        for address in found[:-1]:
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):  # one of the others may answer
                return self._connect(address, port)
        return self._connect(found[-1], port)

    def _connect(self, address: str, port: int) -> httpcore.NetworkStream:
        return _TimedStream(self._network.connect_tcp(address, port, timeout=_PIECE_SECONDS), self._deadline)


class _TimedStream(httpcore.NetworkStream):
    """A connection that ends when the time is up, however little comes at a time."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout(f"it took more than {MOST_SECONDS:.0f} s")
        return min(left, timeout or left)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, self._left(timeout)), self._deadline)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
