"""Command lines with hostile captures, in each shell: one line, the same commands as with a harmless capture, and the
capture as (part of) one word.
"""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from fixes_support import PROJECT, diagnosis, world
from hypothesis import given
from hypothesis import strategies as st

from unstuck.core.fixes import actions, offers

FILES = {f"{PROJECT}/requirements.txt": "demo\n", "/etc/os-release": "ID=debian\n"}
FAILED = "python3 -m pip install -r old.txt demo"

# An action, its arguments, a harmless capture, and the command that failed.
CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("rerun_with", {"options": ["--cert", "{path}"]}, "/etc/ca.pem", FAILED),
    ("rerun_with", {"options": ["--cert={path}"]}, "/etc/ca.pem", FAILED),
    ("rerun_with", {"replace": "old.txt", "by": "{path}"}, "new.txt", FAILED),
    ("rerun_with", {"variables": {"PIP_CERT": "{path}"}}, "/etc/ca.pem", FAILED),
    ("rerun_with", {"unset": ["{path}"]}, "PIP_CERT", FAILED),
    ("rerun_with", {"direct": "{path}"}, "pypi.example.com", FAILED),
    ("rerun_with", {"program": "uv pip", "options": ["{path}"]}, "other", FAILED),
    ("rerun_with", {"options": ["--pre"], "requirement": "{path}"}, "demo>=1", ""),
    ("quote", {"word": "{path}"}, "demo", FAILED),
    ("create_venv", {"requirement": "{path}"}, "demo>=1", ""),
    ("pip_install", {"requirements": ["{path}"]}, "demo>=1", FAILED),
    ("pip_install", {"requirements": ["demo"], "options": ["--cert", "{path}"]}, "/etc/ca.pem", FAILED),
    ("pip_install", {"module": "{path}"}, "yaml", FAILED),
    ("system_package", {"header": "{path}"}, "ffi.h", FAILED),
    ("system_package", {"library": "{path}"}, "ffi", FAILED),
    ("system_package", {"tool": "{path}"}, "gcc", FAILED),
    ("prepare", {"recipe": "git-safe-directory", "path": "{path}"}, "/srv/mine", "git status"),
    ("prepare", {"recipe": "git-remove-lock", "path": "{path}"}, "/srv/.git/index.lock", "git status"),
    ("prepare", {"recipe": "git-pull-rebase", "name": "{path}"}, "main", "git push"),
    ("instead", {"recipe": "git-push-upstream", "name": "{path}"}, "main", "git push"),
    ("add_to_path", {"path": "{path}"}, "/home/user/bin", FAILED),
    ("install_project", {"path": "{path}"}, ".", FAILED),
]
PIECES = [
    "a", " ", "'",
    '"', "\\", "$", "`", "$(x)", "${x}", "%PATH%", "!", "&", "&&", "|", ";", "<", ">", "^", "(", ")", "#",
    "~", "*", "--x", "-", "\n", "\r", "\0", 
    "\u2028", "\u2019", "\u201b", "\u202e", "\x1b[2J", "世", "/", "..", "=", ",",
]  # fmt: skip
LOCKS = st.sampled_from(["/srv/.git/index.lock", "/.git/x.lock"])
HOSTILE = st.one_of(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join),
    st.tuples(st.sampled_from(["/", "demo", "C:\\", "main", "ffi.h"]), st.sampled_from(PIECES)).map("".join),
    st.tuples(st.sampled_from(PIECES), LOCKS).map(lambda parts: f"/a{parts[0]}{parts[1]}"),
    st.text(min_size=1, max_size=12),
)
SHELLS = ["bash", "pwsh", "cmd.exe"]


def words_of(line: str, shell: str) -> tuple[list[str], list[str]]:
    """The words of a line and what has a meaning to the shell outside quotes, as that shell reads them."""
    if shell == "bash":
        return shlex.split(line), _unquoted(line, "'", ";&|<>()`$#*?~!{}\n", escape="\\", double='"')
    if shell == "pwsh":
        marks = "'\u2018\u2019\u201a\u201b"
        return _split(line, marks), _unquoted(line, marks, ';&|<>()`$#{}@,"\u201c\u201d\u201e\n', escape="`")
    return _split(line, '"'), _unquoted(line, '"', "&|<>()^\n", escape="^") + [c for c in line if c in "%!"]


def _split(line: str, marks: str) -> list[str]:
    words: list[str] = []
    inside, word, quoted, previous = False, "", False, ""
    for character in line + " ":
        if character in marks:
            # Two together inside a quote stand for one.
            word += character if not inside and previous in marks and previous else ""
            inside, quoted = not inside, True
        elif character == " " and not inside:
            if word or quoted:
                words.append(word)
            word, quoted = "", False
        else:
            word += character
        previous = character
    return words


def _unquoted(line: str, marks: str, signs: str, *, escape: str, double: str = "") -> list[str]:
    found, closing, skip = [], "", False
    for character in line:
        if skip:
            skip = False
        elif closing:
            if character in closing:
                closing = ""
            elif closing == double and character in "$`":
                found.append(character)
        elif character in marks:
            closing = marks
        elif double and character == double:
            closing = double
        elif character == escape and escape == "\\":
            skip = True
        elif character in signs:
            found.append(character)
    assert not closing, f"a quote is left open: {line!r}"
    return found


def test_every_action_is_fuzzed() -> None:
    known = {name.removeprefix("command.") for name, action in actions().items() if action.least == "display_only"}
    assert {name for name, *_ in CASES} == known


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("case", CASES, ids=[f"{name}-{index}" for index, (name, *_) in enumerate(CASES)])
@given(hostile=HOSTILE)
def test_a_capture_stays_a_word(case: tuple[str, dict[str, Any], str, str], shell: str, hostile: str) -> None:
    name, arguments, harmless, command = case
    platform = "win32" if shell == "cmd.exe" else "linux"

    def shown(capture: str | None) -> list[str]:
        spec = {"action": f"command.{name}", "arguments": arguments, "title": "x", "applicability": "display_only"}
        failed = diagnosis([spec], {"path": capture} if capture else {}, command=command or None)
        found = offers(failed, world(FILES, shell=shell, platform=platform))
        return [fix.command or "" for fix in found]

    lines = shown(hostile)
    # Not offered, or offered without what was refused.
    if not lines or lines == shown(None):
        return
    (line,) = lines
    assert line.isprintable(), repr(line)
    reference = shown(harmless)
    if not reference:
        # Nothing to compare with on this platform: the capture may bring no sign of its own at least.
        assert not words_of(line, shell)[1], line
        return
    words, signs = words_of(line, shell)
    plain_words, plain_signs = words_of(reference[0], shell)
    assert signs == plain_signs, f"{line!r} is more than {reference[0]!r}"
    assert len(words) == len(plain_words), f"{line!r} has other words than {reference[0]!r}"
    if shell == "bash" and any(harmless in word for word in plain_words) and hostile in line:
        assert any(hostile in word for word in words), line
