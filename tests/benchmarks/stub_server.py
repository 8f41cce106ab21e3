"""A fast OpenAI-compatible stub for measuring clients: stub_server.py LATENCY_MS prints its port.

One process, a bare protocol: it must never be what the clients wait for. GET /stats tells what it saw.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading

TEXT = "I am sorry that you are going through this, and I am glad you wrote to me. " * 10 + "yes"
REPLY = json.dumps(
    {
        "id": "stub",
        "object": "chat.completion",
        "created": 1700000000,
        "model": "stub",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 40, "completion_tokens": 190, "total_tokens": 230},
    }
).encode()


def http(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


ANSWER = http(REPLY)
STATS = {"requests": 0, "connections": 0, "at_once": 0, "most_at_once": 0}


class Connection(asyncio.Protocol):
    """One client connection; requests on it come one after another."""

    def __init__(self, latency: float) -> None:
        self.latency = latency
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        STATS["connections"] += 1

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n") + 4) > 3:
            head = self.buffer[:end].lower()
            at = head.find(b"content-length:")
            size = int(head[at + 15 : head.find(b"\r\n", at)]) if at >= 0 else 0
            if len(self.buffer) < end + size:
                return
            self.buffer = self.buffer[end + size :]
            self.answer(head)

    def answer(self, head: bytes) -> None:
        if head.startswith(b"get /stats"):
            self.transport.write(http(json.dumps(STATS).encode()))
        elif head.startswith(b"post /reset"):
            STATS.update(requests=0, connections=0, most_at_once=0)
            self.transport.write(http(b"{}"))
        else:
            STATS["requests"] += 1
            STATS["at_once"] += 1
            STATS["most_at_once"] = max(STATS["most_at_once"], STATS["at_once"])
            asyncio.get_running_loop().call_later(self.latency, self.send)

    def send(self) -> None:
        STATS["at_once"] -= 1
        if not self.transport.is_closing():
            self.transport.write(ANSWER)


async def main(latency: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(latency), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()

    def wait_for_end() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait_for_end, daemon=True).start()
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) / 1000))
