"""Reading the clean corpus: what the tests and the measuring tools share."""

from __future__ import annotations

import functools
import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

CORPUS = Path(__file__).parent / "corpus"


class Document(NamedTuple):
    """One text of the corpus and how to name it in a message."""

    name: str
    text: str


@functools.cache
def index() -> dict[str, dict[str, Any]]:
    """What make.py wrote about each file: its source, commands, sizes."""
    return json.loads((CORPUS / "index.json").read_text("utf-8"))


@functools.cache
def read(name: str) -> str:
    """A file of the corpus by its name in the index, uncompressed."""
    return lzma.decompress((CORPUS / name).read_bytes()).decode("utf-8")


def recordings() -> list[str]:
    """The recordings of programs: one output for each file."""
    return [name for name in index() if not name.endswith(".jsonl.xz")]


def collections() -> list[str]:
    """The files that hold many small texts: prose, requirements, pip configuration."""
    return [name for name in index() if name.endswith(".jsonl.xz")]


def texts(name: str) -> Iterator[Document]:
    """The small texts of a collection, named by package and path."""
    # Not splitlines(): a text may hold U+2028, which JSON leaves as it is.
    for line in read(name).split("\n"):
        if line:
            item = json.loads(line)
            yield Document(f"{item['package']}: {item['path']}", item["text"])
