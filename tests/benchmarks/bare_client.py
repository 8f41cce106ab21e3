"""What the machine allows: the same requests over bare asyncio streams (arguments as of timed_session.py)."""

from __future__ import annotations

import asyncio
import json
import sys
from urllib.parse import urlsplit


async def main(url: str, requests: int, connections: int) -> None:
    parts = urlsplit(url)
    body = json.dumps({"model": "stub", "messages": [{"role": "user", "content": "x" * 160}]}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: stub\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    numbers = iter(range(requests))

    async def worker() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for _ in numbers:
            writer.write(head + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(answer.lower().partition(b"content-length:")[2].split()[0]))
        writer.close()

    await asyncio.gather(*(worker() for _ in range(connections)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
