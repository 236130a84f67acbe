"""Hashes in requirements files: put the one that pip computed in the place of another, or beside a requirement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, model_validator

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes.action import Action, Refusal, Target
from unstuck.core.fixes.requirement_file import I, InFile, candidate_files, format_of, matching
from unstuck.core.fixes.world import World
from unstuck.core.ini import newline_of
from unstuck.core.requirements import entries, replace_span
from unstuck.core.text import Span

LENGTHS = {64: "sha256", 96: "sha384", 128: "sha512"}


def _digest(value: str) -> str:
    text = re.sub(r"^(?:--hash=)?(?:sha(?:256|384|512)[:=\s]*)?", "", value.strip().lower())
    if not re.fullmatch(r"[0-9a-f]+", text) or len(text) not in LENGTHS:
        raise ValueError("is not a sha256, sha384 or sha512 digest")
    return f"{LENGTHS[len(text)]}:{text}"


Digest = Annotated[str, AfterValidator(_digest)]
"""algorithm:digest, in lower case; the algorithm may be left out or stand before the digest as pip prints it."""


class _HashAction(Action[I]):
    def targets(self, parameters: I, diagnosis: Diagnosis, world: World) -> Sequence[Target]:
        found = []
        for path in candidate_files(parameters, diagnosis, world):
            text = world.text(path) if format_of(path) == "requirements" else None
            if text is None:
                continue
            after = self.apply(parameters, text)
            if isinstance(after, str) and after != text:
                found.append(Target(path, world.short(path), world.short(path)))
        return found


class ReplaceHash(InFile):
    expected: Digest
    got: Digest

    @model_validator(mode="after")
    def _one_algorithm(self) -> ReplaceHash:
        if self.expected.split(":")[0] != self.got.split(":")[0]:
            raise ValueError("the two digests are of different algorithms")
        return self


class ReplaceHashAction(_HashAction[ReplaceHash]):
    name = "requirements.replace_hash"
    parameters = ReplaceHash
    least = "unsafe"
    consequence = (
        "The file that was downloaded is not the one that this hash was made for. Accept the new hash only if you know "
        "why it changed: a tampered package looks exactly like this."
    )
    consequence_zh = (
        "下载的文件与原哈希所对应的文件不同。只有清楚变化原因时才应接受新哈希：被篡改的软件包正是这种表现。"
    )

    def apply(self, parameters: ReplaceHash, text: str) -> str | Refusal:
        algorithm, old = parameters.expected.split(":")
        _, new = parameters.got.split(":")
        places = []
        for entry in entries(text):
            for option in entry.options:
                value = option.value or ""
                if option.name == "--hash" and value.lower() == f"{algorithm}:{old}":
                    end = option.end
                    places.append(entry.logical.span(end - len(old), end))
        for span in reversed(places):
            text = replace_span(text, span, new)
        return text


class AddHash(InFile):
    hash: Digest


class AddHashAction(_HashAction[AddHash]):
    name = "requirements.add_hash"
    parameters = AddHash

    def apply(self, parameters: AddHash, text: str) -> str | Refusal:
        wanted = {item.span for item in matching(parameters, text, "requirements", by_name=True)}
        for entry in reversed(entries(text)):
            if entry.span not in wanted or entry.kind == "editable":
                continue
            hashes = [option for option in entry.options if option.name == "--hash"]
            if any((option.value or "").lower() == parameters.hash for option in hashes):
                continue
            # After the last thing the line says, on a line of its own as pip-compile and pip write it.
            stop = max([len(entry.text), *(option.end for option in entry.options)])
            end = entry.logical.span(0, stop).end
            text = replace_span(text, Span(end, end), f" \\{newline_of(text)}    --hash={parameters.hash}")
        return text
