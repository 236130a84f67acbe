"""Messages are read as they were sent, whatever their size and wherever the pipe cuts them."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unstuck.lsp import stdio
from unstuck.lsp.stdio import Input, Output, parse

TEXTS = st.text(st.sampled_from(list('abc"\\\n\r\t\0/😀é\u2028\ud800')), max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["text", "a", "b"]), inner, max_size=3),
    max_leaves=12,
)


def body(message: Any, ascii: bool) -> bytes:
    return json.dumps(message, ensure_ascii=ascii).encode("utf-8", "surrogatepass")


@settings(max_examples=400)
@given(JSON, st.booleans(), st.integers(1, 30), st.integers(1, 12))
def test_a_large_message_is_the_same_in_parts(message: Any, ascii: bool, large: int, part: int) -> None:
    data = body(message, ascii or "\ud800" in json.dumps(message, ensure_ascii=False))
    before = stdio.LARGE, stdio.PART
    stdio.LARGE, stdio.PART = large, part
    try:
        assert parse(data) == json.loads(data)
    finally:
        stdio.LARGE, stdio.PART = before


@pytest.mark.parametrize(
    "data",
    [
        b"{nonsense",
        b'{"text": "' + b"x" * 99,
        b"[" * 100_000,
        b'{"text": "\xff"}',
        b'{"text": "' + b"\\n" * 60 + b'\\x"}',
    ],
)
@pytest.mark.parametrize("large", [stdio.LARGE, 20])
def test_what_is_no_json_is_an_error_with_a_reason(data: bytes, large: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stdio, "LARGE", large)
    found = parse(data)
    assert isinstance(found, (ValueError, RecursionError))
    assert str(found)


def frame(data: bytes, head: str) -> bytes:
    return head.format(len(data)).encode() + data


HEADS = [
    "Content-Length: {}\r\n\r\n",
    "content-length:{}\r\nContent-Type: x\r\n\r\n",
    "X: y\r\nContent-Length: {}\r\n\r\n",
]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(JSON, st.sampled_from(HEADS)), max_size=8), st.lists(st.integers(1, 200), min_size=1, max_size=9)
)
def test_any_chunking(messages: list[tuple[Any, str]], sizes: list[int]) -> None:
    data = b"".join(frame(body(message, True), head) for message, head in messages)
    reading, writing = os.pipe()

    def write() -> None:
        at = number = 0
        while at < len(data):
            size = sizes[number % len(sizes)]
            os.write(writing, data[at : at + size])
            at, number = at + size, number + 1
        os.close(writing)

    async def read() -> list[Any]:
        return [message async for message in Input(reading).messages()]

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert asyncio.run(read()) == [message for message, _ in messages]
    finally:
        writer.join()
        os.close(reading)


def test_what_nobody_takes_is_not_read_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stdio, "MOST_WAITING", 50_000)
    reading, writing = os.pipe()
    message = frame(body("x" * 1000, True), HEADS[0])
    written = 0

    def write() -> None:
        nonlocal written
        for _ in range(1000):
            os.write(writing, message)
            written += 1
        os.close(writing)

    async def read() -> int:
        count = 0
        async for _ in Input(reading).messages():
            if not count:
                await asyncio.sleep(0.3)
                # What waits, what is in the pipe, and what was just read.
                assert written < 400
            count += 1
        return count

    writer = threading.Thread(target=write)
    writer.start()
    assert asyncio.run(read()) == 1000
    writer.join()
    os.close(reading)


def test_a_client_that_reads_slowly_holds_nobody_up() -> None:
    source, sink = os.pipe()
    output = Output(sink)
    sizes = [10, 4_000, 200_000, 7, 70_000, 300, 3_000_000, 5, 90]
    sent = [bytes([65 + number]) * size for number, size in enumerate(sizes)]
    for data in sent:
        output.write(data)
    # All of it waits, and nobody has read a byte.
    received = bytearray()
    while len(received) < sum(sizes):
        received += os.read(source, 50_000)
    assert received == b"".join(sent)
    output.close()
    os.close(source)
    os.close(sink)


def test_what_is_sent_to_a_client_that_is_gone_is_an_error() -> None:
    source, sink = os.pipe()
    output = Output(sink)
    os.close(source)

    def write() -> None:
        for _ in range(1_000):
            output.write(b"x" * 10_000)

    with pytest.raises(BrokenPipeError):
        write()
    with pytest.raises(BrokenPipeError):
        output.write(b"x")
    output.close()
    os.close(sink)


def test_what_is_left_is_sent_before_the_end() -> None:
    source, sink = os.pipe()
    output = Output(sink)
    output.write(b"x" * 500_000)
    received: list[bytes] = []

    def read() -> None:
        while data := os.read(source, 1 << 16):
            received.append(data)

    reader = threading.Thread(target=read)
    reader.start()
    output.close()
    os.close(sink)
    reader.join()
    assert len(b"".join(received)) == 500_000
    os.close(source)
