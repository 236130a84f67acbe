"""Reading a log that grows: only what is new, through rotation, truncation, deletion and return."""

from __future__ import annotations

import codecs
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from unstuck.io.files import encoding_of

# Bytes before the offset that must still be there, or the file was written anew.
WITNESS = 256


@dataclass(frozen=True)
class Piece:
    """What one read found.

    `text` follows what was read before, or begins the file where `restarted`. `left` bytes are still to be read.
    """

    text: str = ""
    restarted: bool = False
    gone: bool = False
    left: int = 0


class Tail:
    """One file. `read` is called again and again; it keeps no handle, so that others can move and delete the file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._reset()

    def _reset(self) -> None:
        self.offset = 0
        self._identity: tuple[int, int] | None = None
        self._witness = b""
        self._decoder: codecs.IncrementalDecoder | None = None

    def changed(self) -> bool:
        """Whether there is something to read, a restart or an end; a cheap look. Raises OSError."""
        try:
            found = Path(self.path).stat()
        except (FileNotFoundError, NotADirectoryError):
            return self._identity is not None
        return self._identity != _identity(found) or found.st_size != self.offset

    def skip_to_end(self) -> None:
        """Leave out what is not read yet; what is written from now on will be. Raises OSError."""
        with Path(self.path).open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            stream.seek(max(0, size - WITNESS))
            self._witness = stream.read(WITNESS)
            self.offset = stream.tell()
            if self._decoder is not None:
                self._decoder.reset()

    def read(self, most: int) -> Piece:
        """The next piece, of at most `most` bytes (at least 4).

        Raises OSError where the file may not be read now: another program locks it. A later call goes on.
        """
        try:
            # Asked first: opening a pipe would wait for its writer.
            if not stat.S_ISREG(Path(self.path).stat().st_mode):
                return self._forget()
            with Path(self.path).open("rb", buffering=0) as stream:
                return self._read(stream, most)
        except (FileNotFoundError, NotADirectoryError):
            return self._forget()

    def _forget(self) -> Piece:
        self._reset()
        return Piece(gone=True, restarted=True)

    def _read(self, stream: BinaryIO, most: int) -> Piece:
        found = os.fstat(stream.fileno())
        restarted = self._identity is None or not self._continues(stream, found)
        if restarted:
            self._reset()
            self._identity = _identity(found)
        stream.seek(self.offset)
        data = stream.read(most) or b""
        if self._decoder is None and data:
            # A mark or an encoding is told by more than the first byte of a file that just begins.
            encoding, mark = encoding_of(data)
            self._decoder = codecs.getincrementaldecoder(encoding)("replace")
            text = self._decoder.decode(data[mark:])
        else:
            text = self._decoder.decode(data) if self._decoder is not None else ""
        self.offset += len(data)
        self._witness = (self._witness + data)[-WITNESS:]
        return Piece(text, restarted, left=max(0, found.st_size - self.offset))

    def _continues(self, stream: BinaryIO, found: os.stat_result) -> bool:
        """Whether this is the file that was read before, with no less in it."""
        if self._identity != _identity(found) or found.st_size < self.offset:
            return False
        stream.seek(self.offset - len(self._witness))
        return stream.read(len(self._witness)) == self._witness


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino
