"""`unstuck catalog new`: a proposed record from a tool's output and the line that tells what is wrong."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from unstuck.authoring.proposal import Proposal, propose, record, telling_line
from unstuck.commands.common import say
from unstuck.core.signature import ID, Signature
from unstuck.io.files import Unreadable, opened

# An output is a page or a few; only its beginning is looked at beyond this, in characters.
MOST_OUTPUT = 5_000_000
_ALARM = re.compile(r"(?i)\berror\b|\bfatal\b|exception|\bfailed\b|could not|cannot|no such|not found|denied|invalid")

_QUESTIONS = (
    ("title", "Title, one short sentence; may hold captures such as {package}"),
    ("title_zh", "The title in Chinese"),
    ("root_cause", "Why it happens, in plain words"),
    ("root_cause_zh", "The same in Chinese"),
    ("workaround", "What helps"),
    ("workaround_zh", "The same in Chinese"),
    ("official_doc_url", "The tool's own page about it (https://…)"),
)


def command(options: argparse.Namespace) -> int:
    """0 written, 2 something is missing or wrong."""
    asks = sys.stdin.isatty() and options.output != "-"
    try:
        output = _read(options.output) if options.output else None
    except Unreadable as problem:
        say(str(problem))
        return 2
    telling = _telling(options.telling, output, asks=asks)
    if telling is None:
        return 2
    proposal = propose(telling)
    _warn_of_others(output or telling, telling)
    id = options.id or (_ask("Id, domain/slug", _suggested_id(proposal)) if asks else _suggested_id(proposal))
    if not re.fullmatch(ID, id):
        say(f"{id!r} is no id. It is domain/slug in small letters, digits and dashes, such as pip/no-such-option.")
        return 2
    file = Path(options.seeds) / f"{id}.json"
    if file.exists() and not options.force:
        say(f"{file} is there already. Choose another --id, or replace it with --force.")
        return 2
    if not Path(options.seeds).is_dir():
        say(f"there is no folder {options.seeds}. Run it at the top of a checkout, or name your own with --seeds.")
        return 2
    answers = {name: _ask(question) for name, question in _QUESTIONS} if asks else {}
    made = record(id, proposal, answers)
    Signature.model_validate(made)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(made, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
    sys.stdout.write(f"{file}\n  regex     {proposal.regex}\n")
    for name, value in proposal.captures.items():
        sys.stdout.write(f"  {name:9} {value}\n")
    sys.stdout.write(f"Fill in what is empty, then: unstuck catalog check {file.as_posix()}\n")
    return 0


def _read(path: str) -> str:
    parts: list[str] = []
    with opened(path) as chunks:
        for chunk in chunks:
            parts.append(chunk)
            if sum(map(len, parts)) > MOST_OUTPUT:
                break
    return "".join(parts)


def _telling(given: str | None, output: str | None, *, asks: bool) -> str | None:
    """The telling line as the tool printed it; None, after a message, where it is not known."""
    lines = output.splitlines() if output is not None else []
    if given is None:
        likely = [line for line in lines if _ALARM.search(line)][-9:]
        if not asks:
            shown = "".join(f"\n  {telling_line(line)}" for line in likely)
            say("say which line tells what is wrong: --telling TEXT." + (f" Likely ones:{shown}" if shown else ""))
            return None
        for number, line in enumerate(likely, 1):
            sys.stdout.write(f"{number}. {telling_line(line)}\n")
        given = _ask("The telling line" + (" (its number, or text)" if likely else ""))
        if given.isdigit() and 1 <= int(given) <= len(likely):
            given = likely[int(given) - 1]
    wanted = telling_line(given)
    if not wanted:
        say("the telling line is empty.")
        return None
    if output is None:
        return wanted
    holding = next((seen for line in lines if wanted in (seen := telling_line(line))), None)
    if holding is None:
        say(f"no line of the output holds {wanted!r}. Copy the text from there.")
    return holding


def _warn_of_others(output: str, telling: str) -> None:
    """Say so where the catalog speaks already: a second wording of a failure is a pattern of its record."""
    from unstuck.core.analysis import analyse
    from unstuck.io.catalogs import load_catalog

    for diagnosis in analyse(load_catalog().catalog, "log", output):
        near = " on this very line" if telling in telling_line(diagnosis.finding.text) else ""
        say(f"{diagnosis.signature.id} speaks here already{near}. If it is the same failure, add a pattern to it.")


def _suggested_id(proposal: Proposal) -> str:
    text = re.sub(r"\(\?P<\w+>.*?\)|\\.|\[[^\]]*\]", " ", proposal.regex)
    words = [word for word in re.findall(r"[a-z]{2,}", text.lower()) if word not in {"error", "the", "an", "of", "to"}]
    return "pip/" + ("-".join(words[:6]) or "new")


def _ask(question: str, default: str = "") -> str:
    sys.stdout.write(f"{question}{f' [{default}]' if default else ''}: ")
    sys.stdout.flush()
    return sys.stdin.readline().strip() or default
