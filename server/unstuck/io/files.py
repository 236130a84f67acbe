"""Files and streams to check: which ones a folder holds, and their text, in bounded memory and whatever the encoding.

Undecodable bytes survive as lone surrogates (PEP 383): they match nothing, move nothing, and can be written back.
"""

from __future__ import annotations

import codecs
import errno
import gzip
import os
import stat
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

BLOCK = 1 << 20  # bytes that one read asks for

_BOMS = (
    # The longer one first: the mark of UTF-32 in little endian begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", "dist-packages"})
_LOG_ENDS = (".log", ".out", ".err", ".stdout", ".stderr")
_NAMES = frozenset({"pip.conf", "pip.ini", "pip-log.txt", "typescript", "nohup.out"})


class Unreadable(Exception):
    """A path that could not be read: why, and what to do about it."""

    def __init__(self, path: str, reason: str, cure: str) -> None:
        super().__init__(f"cannot read {path}: {reason}. {cure}")
        self.path, self.reason, self.cure = path, reason, cure


def interesting(name: str) -> bool:
    """Whether a folder's file of this name is worth reading: logs, requirements, pip's configuration."""
    name = name.lower().removesuffix(".gz")
    if name in _NAMES or name.endswith(_LOG_ENDS):
        return True
    stem, dot, last = name.rpartition(".")
    if dot and last.isdigit() and stem.endswith(_LOG_ENDS):  # rotated: build.log.1
        return True
    if last in ("txt", "in"):
        return any(word in stem for word in ("requirement", "constraint")) or (last == "txt" and _says_log(stem))
    return False


def _says_log(stem: str) -> bool:
    return any(word in ("log", "logs", "output") for word in stem.replace("_", "-").replace(".", "-").split("-"))


def expand(paths: list[str]) -> Iterator[str | Unreadable]:
    """The files behind `paths`: each file itself, each folder's interesting files in order, `-` as it is."""
    for path in paths:
        if path == "-":
            yield path
        elif Path(path).is_dir():
            yield from _walk(path)
        else:
            yield path


def _walk(folder: str) -> Iterator[str | Unreadable]:
    problems: list[OSError] = []
    requirements = Path(folder).name.lower() in ("requirements", "constraints")
    for root, folders, names in os.walk(folder, onerror=problems.append):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and name not in _SKIPPED and not Path(root, name, "pyvenv.cfg").exists()
        )
        inside = requirements or Path(root).name.lower() in ("requirements", "constraints")
        for name in sorted(names):
            if name.startswith("."):
                continue
            if interesting(name) or (inside and name.lower().endswith((".txt", ".in"))):
                yield str(Path(root, name))
        while problems:
            yield unreadable(problems.pop())
    for problem in problems:
        yield unreadable(problem)


def unreadable(problem: OSError, path: str | None = None) -> Unreadable:
    """The problem in words that name the path and the cure."""
    path = path or os.fsdecode(problem.filename or "?")
    cures = {
        errno.ENOENT: ("there is no such file", "Check the spelling; the path is relative to the current folder."),
        errno.EACCES: ("permission is denied", "Read it as a user who may, or change its permissions."),
        errno.EPERM: ("permission is denied", "Read it as a user who may, or change its permissions."),
        errno.EISDIR: ("it is a folder", "Give the folder's path on the command line to check what is inside."),
        errno.ENOTDIR: ("a part of the path is not a folder", "Check the path."),
        errno.ELOOP: ("its symbolic links go round in a circle", "Give the path of the file itself."),
        errno.ENAMETOOLONG: (
            "the path is too long",
            "Give a path; to check a text, pipe it in and give - as the path.",
        ),
    }
    reason, cure = cures.get(problem.errno or 0, (problem.strerror or str(problem), "Check the file and its disk."))
    return Unreadable(path, reason, cure)


@contextmanager
def opened(path: str) -> Iterator[Iterator[str]]:
    """The text of a file (`-`: standard input; `.gz`: what is packed in it) in chunks of about `BLOCK` characters.

    Raises Unreadable, also in the middle of reading.
    """
    with opened_raw(path) as chunks:
        yield _decoded(chunks)


@contextmanager
def opened_raw(path: str) -> Iterator[Iterator[bytes]]:
    """The same in UTF-8, whatever the file's encoding is; what is not decodable there stays as it is."""
    stream: BinaryIO | None = None
    try:
        try:
            if path == "-":
                stream = sys.stdin.buffer
            else:
                _refuse_devices(path)
                stream = _open(path)
        except OSError as problem:
            raise unreadable(problem, path) from None
        except ValueError:  # a NUL character in the path
            raise Unreadable(path.replace("\0", "\\0"), "it is not a path", "Check the spelling.") from None
        yield _recoded(stream, path)
    finally:
        if stream is not None and path != "-":
            stream.close()


def _open(path: str) -> BinaryIO:
    if path.lower().endswith(".gz"):
        return cast("BinaryIO", gzip.open(path, "rb"))
    return Path(path).open("rb", buffering=0)


def _refuse_devices(path: str) -> None:
    if stat.S_ISBLK(Path(path).stat().st_mode):
        raise Unreadable(path, "it is a disk, not a file", "Give the path of a file on it.")


def _decoded(chunks: Iterator[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    for chunk in chunks:
        if text := decoder.decode(chunk):
            yield text
    if rest := decoder.decode(b"", final=True):
        yield rest


def _recoded(stream: BinaryIO, path: str) -> Iterator[bytes]:
    # read1 answers with what a pipe holds; read would wait for a whole block.
    read = getattr(stream, "read1", stream.read)
    try:
        head = read(BLOCK)
        while 0 < len(head) < 64 and (more := read(BLOCK)):
            head += more
        encoding, mark = encoding_of(head)
        chunk = head[mark:]
        if encoding == "utf-8":
            while chunk:
                yield chunk
                chunk = read(BLOCK)
            return
        # UTF-16 knows no surrogateescape; what is not text there becomes a replacement character.
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        while chunk:
            yield decoder.decode(chunk).encode("utf-8", "replace")
            chunk = read(BLOCK)
        yield decoder.decode(b"", final=True).encode("utf-8", "replace")
    except (gzip.BadGzipFile, zlib.error, EOFError):
        raise Unreadable(
            path, "it is not a whole gzip file", "Unpack it with gzip -d to see what is wrong, then check the result."
        ) from None
    except OSError as problem:
        raise unreadable(problem, path) from None


def encoding_of(head: bytes) -> tuple[str, int]:
    """The encoding that the beginning of a file speaks for, and how long its byte order mark is."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, len(mark)
    # Windows tools write UTF-16 without a mark as well: every second byte is NUL where the text is ASCII.
    sample = head[: min(len(head), 4096) // 2 * 2]
    if len(sample) >= 4:
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        half = len(sample) // 2
        if odd > 0.7 * half and even < 0.05 * half:
            return "utf-16-le", 0
        if even > 0.7 * half and odd < 0.05 * half:
            return "utf-16-be", 0
    return "utf-8", 0
