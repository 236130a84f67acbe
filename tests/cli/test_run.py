"""`unstuck run`: the command's output, exit code and terminal are as if it ran alone; the diagnosis comes after it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command import RECORDS, environment, unstuck

FAILURE = "frob: cannot reach host 'files.example.com'"
PYTHON = sys.executable


def run(tmp_path: Path, code: str, **keywords: bytes) -> subprocess.CompletedProcess[bytes]:
    return unstuck("run", "--catalog", RECORDS, "--", PYTHON, "-c", code, cwd=tmp_path, **keywords)


def test_output_is_untouched_and_the_diagnosis_follows(tmp_path: Path) -> None:
    code = (
        "import sys; out = sys.stdout.buffer; out.write(bytes(range(256)) * 300); out.flush()\n"
        f"sys.stderr.write({FAILURE!r}); sys.exit(7)"
    )
    done = run(tmp_path, code)
    assert done.returncode == 7
    assert done.stdout == bytes(range(256)) * 300
    message, _, report = done.stderr.partition(b"\n")
    assert message.decode().rstrip() == FAILURE
    assert b"frob cannot reach files.example.com  [example/unreachable-host]" in report


def test_streams_that_are_cut_in_mid_line_are_told_apart(tmp_path: Path) -> None:
    code = (
        "import sys, time\n"
        f"for part in {FAILURE!r}.split():\n"
        "    print(part, end=' ', file=sys.stderr, flush=True); time.sleep(0.02); print('noise', flush=True)\n"
    )
    done = run(tmp_path, code)
    assert b"[example/unreachable-host]" in done.stderr


def test_nothing_to_say(tmp_path: Path) -> None:
    done = run(tmp_path, "print('all is well')")
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, [b"all", b"is", b"well"], b"")


def test_input_reaches_the_command(tmp_path: Path) -> None:
    done = run(tmp_path, "print(input()[::-1])", stdin=b"abc\n")
    assert done.stdout.strip() == b"cba"


def test_output_comes_as_it_is_printed(tmp_path: Path) -> None:
    code = "import sys, time\nprint('first', flush=True)\nsys.stdin.read()"
    process = subprocess.Popen(
        [PYTHON, "-m", "unstuck", "run", "--", PYTHON, "-c", code],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    # The command waits for us: what is held back would never come.
    assert process.stdout.readline().strip() == b"first"
    process.communicate(timeout=30)
    assert process.returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="signals and pseudo-terminals are POSIX")
class TestPosix:
    def test_a_signal_is_told_as_a_shell_does(self, tmp_path: Path) -> None:
        done = run(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
        assert done.returncode == 137

    def test_not_executable(self, tmp_path: Path) -> None:
        (tmp_path / "plain").write_text("no program")
        done = unstuck("run", "./plain", cwd=tmp_path)
        assert done.returncode == 126
        assert b"may not be executed" in done.stderr

    def test_a_whole_line_is_not_a_command(self, tmp_path: Path) -> None:
        done = unstuck("run", "no such", cwd=tmp_path)
        assert done.returncode == 127
        assert b"sh -c" in done.stderr

    def test_on_a_terminal(self, tmp_path: Path) -> None:
        """The command has a terminal of the user's size, gets the keys, Ctrl+C too, and the diagnosis is coloured."""
        code = (
            "import os, sys\n"
            "print(all(os.isatty(n) for n in (0, 1, 2)), *os.get_terminal_size(), flush=True)\n"
            "print('got', input('? '), flush=True)\n"
            "try:\n    print('ready', flush=True); input()\n"
            "except KeyboardInterrupt:\n"
            f"    print('\\x1b[31m' + {FAILURE!r} + '\\x1b[0m'); sys.exit(9)\n"
        )
        screen = Screen([PYTHON, "-m", "unstuck", "run", "--catalog", str(RECORDS), PYTHON, "-c", code], tmp_path)
        screen.wait_for("True 90 30")
        screen.wait_for("? ")
        screen.type("hello\r")
        screen.wait_for("got hello")
        screen.wait_for("ready")
        screen.type("\x03")
        screen.wait_for("[example/unreachable-host]")
        assert screen.end() == 9
        assert "\x1b[1;31mfrob cannot reach files.example.com\x1b[0m" in screen.text


class Screen:
    """A process on a pseudo-terminal of 90 columns and 30 rows, and what it has written."""

    def __init__(self, command: list[str], folder: Path) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            time.sleep(0.2)
            os.chdir(folder)
            os.execve(command[0], command, {**environment(folder), "TERM": "xterm"})
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 90, 0, 0))
        self.text = ""

    def type(self, keys: str) -> None:
        os.write(self.descriptor, keys.encode())

    def wait_for(self, text: str, seconds: float = 20) -> None:
        import select

        end = time.monotonic() + seconds
        while text not in self.text:
            ready, _, _ = select.select([self.descriptor], [], [], max(0, end - time.monotonic()))
            assert ready, f"{text!r} never came; there is\n{self.text}"
            assert self._read(), f"it ended without {text!r}; there is\n{self.text}"

    def _read(self) -> bool:
        try:
            data = os.read(self.descriptor, 65536)
        except OSError:  # Linux says EIO at the end
            data = b""
        self.text += data.decode("utf-8", "replace")
        return bool(data)

    def end(self) -> int:
        while self._read():
            pass
        os.close(self.descriptor)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
