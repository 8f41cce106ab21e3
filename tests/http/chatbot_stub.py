"""A loopback HTTP server that answers as a test tells it to, badly if need be, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Fate = Literal["whole", "reset", "cut", "stall", "garbage", "silent close"]
_LONGEST_HOLD = 20.0  # s: a condition that never comes true fails its test's assertion instead of hanging it


@dataclass(frozen=True)
class Seen:
    """One request as it arrived; `number` counts from 0 over the life of the server."""

    number: int
    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)


@dataclass(frozen=True)
class Answer:
    """What goes back, when (after `delay` seconds, not before `hold` is true), and what fate befalls it on the way."""

    body: bytes | dict[str, Any] | list[Any] = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    hold: Callable[[], bool] = lambda: True
    fate: Fate = "whole"

    def encoded(self) -> bytes:
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        headers = {"content-type": "application/json", **self.headers, "content-length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} Reason\r\n{head}\r\n".encode() + body


class ChatbotStub:
    """`with ChatbotStub(respond) as stub:` serves on `stub.url` from a thread of its own."""

    def __init__(self, respond: Callable[[Seen], Answer] | Answer) -> None:
        self.respond = respond
        self.seen: list[Seen] = []
        self.cancelled_by_client = 0
        self.most_at_once = 0
        self._at_once = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> ChatbotStub:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _serve(self) -> asyncio.Server:
        return await asyncio.start_server(self._connection, "127.0.0.1", 0, backlog=1024, limit=2**26)

    async def _close(self) -> None:
        self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.rstrip().split("\r\n")
                headers = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                seen = Seen(len(self.seen), *first.split(" ")[:2], headers, body)
                self.seen.append(seen)
                self._at_once += 1
                self.most_at_once = max(self.most_at_once, self._at_once)
                try:
                    answer = self.respond if isinstance(self.respond, Answer) else self.respond(seen)
                    await self._wait(answer)
                finally:
                    self._at_once -= 1
                if not await self._send(answer, writer):
                    return
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            self.cancelled_by_client += 1
        finally:
            writer.close()

    async def _wait(self, answer: Answer) -> None:
        await asyncio.sleep(answer.delay)
        give_up = self._loop.time() + _LONGEST_HOLD
        while not answer.hold() and self._loop.time() < give_up:
            await asyncio.sleep(0.005)

    async def _send(self, answer: Answer, writer: asyncio.StreamWriter) -> bool:
        data = answer.encoded()
        match answer.fate:
            case "whole":
                writer.write(data)
                await writer.drain()
                return True
            case "reset":
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()
            case "cut":
                writer.write(data[: -max(1, len(data) // 4)])
                await writer.drain()
            case "stall":
                writer.write(data[:-1])
                await writer.drain()
                await asyncio.sleep(60)
            case "garbage":
                writer.write(b"\x00\xff this is not HTTP\r\n\r\n")
                await writer.drain()
            case "silent close":
                pass
        return False
