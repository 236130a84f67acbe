"""Running the user's own command line with its output passed through as it comes, and a copy of it to look at.

On a POSIX terminal the command gets a pseudo-terminal, so that it behaves as it would without us: colours, progress
bars, questions. Elsewhere it gets pipes.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

CHUNK = 65536


class CannotRun(Exception):
    """The command did not start; `code` is what a shell would exit with."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class Relay:
    """Gives what arrived on one or several streams to `feed`, as text; of several streams in whole lines."""

    def __init__(self, feed: Callable[[str], None]) -> None:
        self._feed = feed
        self._lock = threading.Lock()

    def stream(self, *, whole_lines: bool) -> Callable[[bytes, bool], None]:
        """Takes the bytes of one stream as they come; the second argument says whether these are the last."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        kept = ""

        def take(data: bytes, last: bool = False) -> None:
            nonlocal kept
            text = kept + decoder.decode(data, last)
            kept = ""
            if whole_lines and not last and len(text) < CHUNK:
                end = text.rfind("\n") + 1
                text, kept = text[:end], text[end:]
            if whole_lines and last and text and not text.endswith("\n"):
                text += "\n"  # what another stream says stands on a line of its own
            if text:
                with self._lock:
                    self._feed(text)

        return take


def run(words: Sequence[str], relay: Relay) -> int:
    """Run a command line, pass its output through unchanged, and return its exit code: 128 + n for signal n.

    Raises CannotRun.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        if sys.platform != "win32" and os.isatty(1):
            return _on_terminal(words, relay)
        return _on_pipes(words, relay)
    except OSError as problem:
        raise _cannot_run(words, problem) from None


def _cannot_run(words: Sequence[str], problem: OSError) -> CannotRun:
    name = words[0]
    if isinstance(problem, FileNotFoundError):
        cure = "Check its spelling and your PATH."
        if len(words) == 1 and " " in name:
            cure = "Give its words one by one, or a whole line to a shell: unstuck run -- sh -c '…'."
        return CannotRun(f"there is no command {name!r}. {cure}", 127)
    if isinstance(problem, PermissionError):
        return CannotRun(f"{name!r} may not be executed. Check its permissions.", 126)
    if problem.errno == errno.ENOEXEC:
        return CannotRun(f"{name!r} is no program. If it is a script, give its interpreter first.", 126)
    return CannotRun(f"cannot run {name!r}: {problem.strerror or problem}.", 126)


def _code(returned: int) -> int:
    return 128 - returned if returned < 0 else returned


def _write(descriptor: int, data: bytes) -> bool:
    """Write all of it; False where nobody reads any more."""
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(descriptor, view) :]
    except (BrokenPipeError, ConnectionResetError):
        return False
    except OSError as problem:
        if problem.errno in (errno.EIO, errno.EINVAL, errno.EPIPE):
            return False
        raise
    return True


@contextlib.contextmanager
def _handling(numbers: Sequence[int], handler: Callable[[int, Any], None]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


# ── pipes ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _on_pipes(words: Sequence[str], relay: Relay) -> int:
    one = _same_target()
    # Windows finds .cmd and .bat files only by their whole name.
    program = (shutil.which(words[0]) or words[0]) if sys.platform == "win32" else words[0]
    # Ctrl+C reaches the command as well; how it ends is its own affair, and we report what it said.
    with _handling([signal.SIGINT], lambda _number, _frame: None):
        child = subprocess.Popen(
            [program, *words[1:]],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if one else subprocess.PIPE,
            bufsize=0,
        )
        with _handling([signal.SIGTERM], lambda number, _frame: child.send_signal(number)):
            threads = [
                threading.Thread(target=_pass, args=(pipe, target, relay.stream(whole_lines=not one)), daemon=True)
                for pipe, target in ((child.stdout, 1), (child.stderr, 2))
                if pipe is not None
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return _code(child.wait())


def _same_target() -> bool:
    """Whether standard output and error go to the same place, so that one pipe keeps their order."""
    if os.isatty(1) and os.isatty(2):
        return True
    try:
        return os.path.samestat(os.fstat(1), os.fstat(2)) and os.fstat(1).st_ino != 0
    except OSError:
        return False


def _pass(pipe: Any, target: int, take: Callable[[bytes, bool], None]) -> None:
    with pipe:
        while data := os.read(pipe.fileno(), CHUNK):
            if not _write(target, data):
                break  # closing the pipe tells the command, as it would without us
            take(data, False)
    take(b"", True)


# ── a pseudo-terminal ────────────────────────────────────────────────────────────────────────────────────────────

if sys.platform != "win32":
    import fcntl
    import select
    import termios
    import tty

    def _on_terminal(words: Sequence[str], relay: Relay) -> int:
        interactive = os.isatty(0) and _in_foreground()
        errors_apart = not os.isatty(2)
        master, slave = os.openpty()
        _copy_size(master)
        if interactive:
            termios.tcsetattr(slave, termios.TCSANOW, termios.tcgetattr(0))
        try:
            child = subprocess.Popen(
                words,
                stdin=slave if os.isatty(0) else None,
                stdout=slave,
                stderr=subprocess.PIPE if errors_apart else slave,
                bufsize=0,
                start_new_session=True,
                preexec_fn=_take_terminal,
            )
        except BaseException:
            os.close(master)
            raise
        finally:
            os.close(slave)

        def forward(number: int, _frame: Any) -> None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, number)

        try:
            with (
                _handling([signal.SIGWINCH], lambda _number, _frame: _copy_size(master)),
                _handling([signal.SIGTERM, signal.SIGHUP, signal.SIGINT], forward),
                _raw() if interactive else contextlib.nullcontext(),
            ):
                _shuttle(child, master, interactive, relay)
                return _code(child.wait())
        finally:
            os.close(master)
            if child.stderr is not None:
                child.stderr.close()

    def _take_terminal() -> None:
        """In the child: make the pseudo-terminal its controlling one, so that Ctrl+C works through it."""
        fcntl.ioctl(1, termios.TIOCSCTTY, 0)

    def _in_foreground() -> bool:
        try:
            return os.tcgetpgrp(0) == os.getpgrp()
        except OSError:
            return False

    def _copy_size(master: int) -> None:
        with contextlib.suppress(OSError):
            fcntl.ioctl(master, termios.TIOCSWINSZ, fcntl.ioctl(1, termios.TIOCGWINSZ, b"\0" * 8))

    @contextlib.contextmanager
    def _raw() -> Iterator[None]:
        """The user's keys go to the command's own terminal, which does with them what a terminal does."""
        before = termios.tcgetattr(0)
        try:
            tty.setraw(0, termios.TCSADRAIN)  # keep what was typed ahead
            yield
        finally:
            termios.tcsetattr(0, termios.TCSADRAIN, before)

    def _shuttle(child: subprocess.Popen[bytes], master: int, interactive: bool, relay: Relay) -> None:
        """Pass output and keys on until the command has ended and said all."""
        errors = child.stderr.fileno() if child.stderr is not None else None
        take = {master: relay.stream(whole_lines=errors is not None)}
        targets = {master: 1}
        if errors is not None:
            take[errors] = relay.stream(whole_lines=True)
            targets[errors] = 2
        sources = [*targets, *([0] if interactive else [])]
        while any(source in targets for source in sources):
            ready, _, _ = select.select(sources, [], [], 0.1)
            if not ready and child.poll() is not None:
                break  # what it left in the background may keep the terminal open
            for source in ready:
                data = _read(source)
                if source == 0:
                    if not data:
                        sources.remove(0)
                    _write(master, data or b"\x04")
                elif not data or not _write(targets[source], data):
                    sources.remove(source)
                else:
                    take[source](data, False)
        for finish in take.values():
            finish(b"", True)

    def _read(descriptor: int) -> bytes:
        try:
            return os.read(descriptor, CHUNK)
        except OSError:  # Linux says EIO where the other end is closed
            return b""

else:

    def _on_terminal(words: Sequence[str], relay: Relay) -> int:
        return _on_pipes(words, relay)
