"""One HTTP exchange: a request in, a Reply out, whatever the network does."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

from langbias.collect.in_turn import InTurn
from langbias.collect.lean_httpx import AiohttpTransport, httpx
from langbias.collect.secrets import Secret
from langbias.targets.outcome import failed
from langbias.targets.protocol import Adapter, Fault, HttpRequest, Reply

# Compressed replies would let a small body grow without bound.
_ALWAYS = ((b"accept-encoding", b"identity"), (b"user-agent", b"langbias"))
_READ = httpx.ByteStream(b"")
_parsed_url = lru_cache(maxsize=64)(httpx.URL)


class _NoCookies(httpx.Cookies):
    """A jar that stays empty: one conversation must not know of another."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Keep nothing."""


_NO_COOKIES = _NoCookies()


class _CookielessClient(httpx.AsyncClient):
    @property
    def cookies(self) -> httpx.Cookies:
        return _NO_COOKIES

    @cookies.setter
    def cookies(self, _: object) -> None:
        """Take none either."""


@dataclass(frozen=True, slots=True)
class Network:
    """The one client of a session, and the order in which its answers are worked off."""

    client: httpx.AsyncClient
    answers: InTurn


@contextlib.asynccontextmanager
async def open_network(connections: int, connect_timeout: float, urls: Iterable[str]) -> AsyncIterator[Network]:
    """A client for targets at `urls`.

    TLS is always verified. Redirects are never followed, so a key never reaches a host it was not meant for. No cookie
    is kept. Proxies of the environment are used. Whole replies have no time limit here: `exchange` sets it.
    """
    parsed = [urlsplit(url) for url in urls]
    proxies = getproxies()
    # Reading the certificates takes 20 ms; where nothing goes over TLS, a context that trusts nobody is as good.
    encrypted = any(word.lower().startswith("https") for word in (*(p.scheme for p in parsed), *proxies.values()))
    tls = httpx.create_ssl_context() if encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def transport(proxy: httpx.Proxy | None = None) -> AiohttpTransport:
        def session() -> aiohttp.ClientSession:
            connector = aiohttp.TCPConnector(limit=connections, ssl=tls, keepalive_timeout=60)
            return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

        return AiohttpTransport(client=session, proxy=proxy, verify=tls)

    mounts: dict[str, httpx.AsyncBaseTransport | None] = {}
    for parts in parsed:
        host = parts.hostname or ""
        if parts.scheme in proxies and not proxy_bypass(host):
            mounts[f"{parts.scheme}://{host}"] = transport(httpx.Proxy(proxies[parts.scheme]))
    async with _CookielessClient(
        transport=transport(),
        mounts=mounts,
        timeout=httpx.Timeout(None, connect=connect_timeout),
        follow_redirects=False,
        trust_env=False,
    ) as client:
        client.headers.clear()
        yield Network(client, InTurn())


class BodyTooLargeError(Exception):
    """A reply went over the limit."""


async def exchange(
    network: Network,
    request: HttpRequest,
    adapter: Adapter,
    *,
    secret: Secret | None,
    timeout: float,
    most_bytes: int,
) -> tuple[Reply, dict[str, str]]:
    """Send `request` and read the whole answer; returns what it means and its headers (names in lower case).

    Every failure of the network is a Reply with its cause. Only cancellation is raised.
    """
    headers: dict[str, str] = {}
    try:
        async with asyncio.timeout(timeout):
            sent = httpx.Request(
                request.method,
                _parsed_url(request.url),
                headers=httpx.Headers(
                    [*_ALWAYS, *((name.encode(), value.encode()) for name, value in request.headers)], encoding="utf-8"
                ),
                content=request.body,
            )
            response = await network.client.send(sent, stream=True)
            try:
                headers = _lower_case(response.headers.raw)
                body = await _bounded_body(response, "content-encoding" in headers, most_bytes)
            finally:
                await response.aclose()
                # httpx ties the answer to its stream and back; only halting everything for a search could free that.
                response.stream = _READ
        await network.answers.turn()
        if 300 <= response.status_code < 400:
            return _redirected(response.status_code, headers), headers
        # Before parsing: an excerpt of an error could cut an echoed key in two, and half a key is still a leak.
        return adapter.parse(response.status_code, headers, secret.hidden_in_bytes(body) if secret else body), headers
    except TimeoutError:
        return failed(Fault.TIMEOUT, f"no whole reply within {timeout:g} s"), headers
    except BodyTooLargeError:
        return failed(Fault.TOO_LARGE, f"reply larger than {most_bytes} bytes; it was not read to its end"), headers
    except (httpx.HTTPError, aiohttp.ClientError, OSError, httpx.InvalidURL) as problem:
        return _network_failure(problem, timeout), headers


def _lower_case(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}


async def _bounded_body(response: httpx.Response, packed: bool, most: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    assert isinstance(response.stream, httpx.AsyncByteStream)
    async for chunk in response.aiter_bytes() if packed else response.stream:
        size += len(chunk)
        if size > most:
            raise BodyTooLargeError
        chunks.append(chunk)
    return b"".join(chunks)


def _redirected(http_status: int, headers: dict[str, str]) -> Reply:
    host = urlsplit(headers.get("location", "")).netloc.rpartition("@")[2] or "another path"
    cause = f"HTTP {http_status}: the server redirects to {host}; put the final address into the target"
    return failed(Fault.FATAL, cause, http_status=http_status)


def _network_failure(problem: Exception, timeout: float) -> Reply:
    """The httpx-aiohttp transport names some causes wrongly; the aiohttp error below it is the exact one."""
    cause = problem.__cause__ if isinstance(problem.__cause__, aiohttp.ClientError | OSError) else problem
    match cause:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError() | ssl.SSLError():
            return failed(Fault.FATAL, f"TLS: {cause}; the connection is not safe")
        case aiohttp.ClientConnectorDNSError():
            return failed(Fault.UNREACHABLE, f"the host name is not known: {cause}")
        case TimeoutError() if isinstance(cause, aiohttp.ConnectionTimeoutError):
            return failed(Fault.UNREACHABLE, "the server does not accept connections (timeout)")
        case aiohttp.ClientConnectorError():
            return failed(Fault.UNREACHABLE, f"no connection: {cause.os_error.strerror or cause}")
        case TimeoutError():
            return failed(Fault.TIMEOUT, f"no whole reply within {timeout:g} s")
        case aiohttp.ClientPayloadError():
            return failed(Fault.TRANSPORT, "the reply was cut short")
        case aiohttp.ClientConnectionError() | ConnectionError():
            return failed(Fault.TRANSPORT, "the connection was closed before a reply came")
        case aiohttp.InvalidURL() | httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return failed(Fault.FATAL, "the address of the target is not valid; check it")
        case httpx.DecodingError():
            return failed(Fault.MALFORMED, "the reply's compression is damaged")
        case _:
            return failed(Fault.TRANSPORT, f"the answer is not valid HTTP ({type(cause).__name__})")
