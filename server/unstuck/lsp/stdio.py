"""The client's messages from standard input, read and parsed on a thread of their own; ours to it, sent by another.

pygls asks a pool for each line and parses on the event loop: a scan that keeps the interpreter busy delays each of
these steps, and a document of 50 MB stops everything for most of a second.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import select
import sys
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from typing import Any

# Bytes that are read before the event loop has taken what came: a request waits for all of it.
MOST_WAITING = 32_000
# Seconds of notifications before others have their turn.
TURN = 0.004
# A message beyond this is parsed in parts: the parser lets nobody else in before it is done.
LARGE = 500_000
PART = 250_000
_READ = 1 << 16
# Seconds that a client that leaves may take to read what was sent to it.
PATIENCE = 2.0
# Bytes that a pipe that has room takes without making anybody wait (POSIX's least; Linux has as much).
AT_ONCE = 4096 if sys.platform == "linux" else 512
# Bytes that wait to be sent before the event loop waits for the client, too.
MOST_UNSENT = 4_000_000
_LENGTH = re.compile(rb"content-length:\s*(\d{1,12})\s*", re.IGNORECASE)
_TEXT = re.compile(rb'"text"\s*:\s*"')
_NEWLINE = re.compile(rb"(?<!\\)(?:\\\\)*\\n")


class Input:
    """The messages of one client; those that cannot be read come as the exception that says why."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._messages: deque[tuple[Any, int]] = deque()
        self._waiting = 0
        self._lock = threading.Condition()
        self._news: asyncio.Event | None = None
        self._ended = False

    async def messages(self) -> AsyncIterator[Any]:
        """All messages, until the client leaves; others have their turn after each request and every few notifications.

        A turn means to wait for a scan on another thread to let go of the interpreter, and a flood has many messages.
        """
        loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        # Not waited for at the end: it may be reading, which nothing but the client ends.
        threading.Thread(target=self._read, args=(loop,), name="unstuck-input", daemon=True).start()
        turn = loop.time()
        while True:
            while self._messages:
                message, size = self._messages.popleft()
                with self._lock:
                    self._waiting -= size
                    self._lock.notify()
                yield message
                if loop.time() - turn > TURN or not isinstance(message, dict) or "id" in message:
                    await asyncio.sleep(0)
                    turn = loop.time()
            if self._ended and not self._messages:
                return
            await self._news.wait()
            self._news.clear()
            turn = loop.time()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        assert self._news is not None
        buffer = bytearray()
        length = 0
        while True:
            try:
                data = os.read(self._descriptor, _READ)
            except OSError:
                data = b""
            buffer += data
            found = []
            while True:
                if not length:
                    newline = buffer.find(b"\n")
                    if newline < 0:
                        break
                    match = _LENGTH.fullmatch(buffer, 0, newline)
                    if match:
                        length = int(match[1])
                    del buffer[: newline + 1]
                    continue
                blank = _end_of_headers(buffer)
                if blank < 0 or len(buffer) < blank + length:
                    break
                found.append((parse(bytes(memoryview(buffer)[blank : blank + length])), length))
                del buffer[: blank + length]
                length = 0
            with self._lock:
                self._messages.extend(found)
                self._waiting += sum(size for _, size in found)
                self._ended = not data
            if found or not data:
                try:
                    loop.call_soon_threadsafe(self._news.set)
                except RuntimeError:  # the loop is closed: nobody listens any more
                    return
            if not data:
                return
            with self._lock:
                while self._waiting > MOST_WAITING:
                    self._lock.wait()


class Output:
    """What is sent to one client, by a thread of its own where it does not take it at once: one that reads slowly
    holds nobody up."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._poll = _poll_for_writing(descriptor)
        self._unsent: deque[bytes] = deque()
        self._size = 0
        self._lock = threading.Condition()
        self._ended = False
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._send, name="unstuck-output", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Send it when its turn comes. Raises BrokenPipeError where the client was found to be gone."""
        with self._lock:
            while self._size > MOST_UNSENT and self._error is None:
                self._lock.wait()
            if self._error is not None:
                raise BrokenPipeError from self._error
            if not self._size and len(data) <= AT_ONCE and self._poll is not None and self._poll.poll(0):
                # Another thread would have to wait for its turn first.
                sent = os.write(self._descriptor, data)
                if sent == len(data):
                    return
                data = data[sent:]
            self._unsent.append(data)
            self._size += len(data)
            self._lock.notify_all()

    def close(self) -> None:
        """Send what is left, for as long as the client takes it."""
        with self._lock:
            self._ended = True
            self._lock.notify_all()
        self._thread.join(PATIENCE)

    def _send(self) -> None:
        while True:
            with self._lock:
                while not self._unsent and not self._ended:
                    self._lock.wait()
                if not self._unsent:
                    return
                data = self._unsent.popleft()
            try:
                left = memoryview(data)
                while left:
                    left = left[os.write(self._descriptor, left) :]
            except OSError as error:
                with self._lock:
                    self._error = error
                    self._unsent.clear()
                    self._lock.notify_all()
                return
            with self._lock:
                self._size -= len(data)
                self._lock.notify_all()


def _poll_for_writing(descriptor: int) -> Any:
    """What tells whether there is room in a pipe; None where the system cannot tell."""
    if sys.platform == "win32":
        return None
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return poll


def _end_of_headers(buffer: bytearray) -> int:
    """Where the body starts, after the length was read; -1 where that is still to come."""
    if buffer.startswith(b"\r\n"):
        return 2
    if buffer.startswith(b"\n"):
        return 1
    at = buffer.find(b"\r\n\r\n")
    return at + 4 if at >= 0 else -1


def parse(body: bytes) -> Any:
    """A message's JSON, or the exception that it raises; what else runs waits for no more than a part of it."""
    try:
        if len(body) <= LARGE:
            return json.loads(body)
        return _parse_large(body)
    except (ValueError, RecursionError) as error:
        return error


def _parse_large(body: bytes) -> Any:
    """JSON whose long strings under "text" are read part by part, and put in their places afterwards."""
    texts: dict[str, str] = {}
    pieces: list[bytes] = []
    at = 0
    looked = 0
    while match := _TEXT.search(body, looked):
        looked = end = _end_of_string(body, match.end())
        if end - match.end() < LARGE:
            continue
        name = f"\0{len(texts)}"
        texts[name] = "".join(_parts(body, match.end(), end))
        pieces += [body[at : match.end()], json.dumps(name)[1:-1].encode()]
        at = end
    message = json.loads(b"".join([*pieces, body[at:]]))
    _fill(message, texts)
    return message


def _end_of_string(body: bytes, start: int) -> int:
    """Where the quote stands that ends the string; it is not behind an odd number of backslashes."""
    at = start
    while True:
        at = body.find(b'"', at)
        if at < 0:
            return len(body)
        backslash = at
        while backslash > start and body[backslash - 1] == 0x5C:
            backslash -= 1
        if (at - backslash) % 2 == 0:
            return at
        at += 1


def _parts(body: bytes, start: int, end: int) -> Iterator[str]:
    while start < end:
        stop = min(start + PART, end)
        if stop < end:
            # Behind a line's end: neither an escape nor a character is cut there.
            match = _NEWLINE.search(body, stop, end)
            stop = match.end() if match else end
        yield json.loads(b'"%s"' % body[start:stop])
        start = stop


def _fill(value: Any, texts: dict[str, str]) -> None:
    """Put the texts where their names stand."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        if isinstance(entry, str):
            if entry in texts:
                value[key] = texts[entry]
        else:
            _fill(entry, texts)
