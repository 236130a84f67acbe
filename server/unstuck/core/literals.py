"""What a pattern requires of a text: the soundness of the prefilter lives here.

A pattern is read into alternatives, each an AND of ORs of literals: for every text that the pattern matches there is
an alternative of which every clause has at least one literal in the text. Literals are lowered in ASCII only, as the
prefilter lowers the text; a text's white space is not compared, because a wrapped line breaks there.

The standard library's parser reads the pattern. What it cannot read, or what we do not understand, requires nothing,
which is always true of a text and never hides a match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from unstuck.core.frequencies import rarity

_parser: Any = __import__("re._parser", fromlist=["parse"])
_names: Any = __import__("re._constants", fromlist=["LITERAL"])

Clause = frozenset[str]
"""At least one of these is in the text."""
Alternative = tuple[Clause, ...]
"""All of these hold."""

# More alternatives than this are merged into one clause each: sound, and less exact.
MOST_ALTERNATIVES = 24
MOST_IN_CLAUSE = 48
MOST_VARIANTS = 24
MOST_REPEATED = 40

_WORD = re.compile(r"\S+")
_BLANK = re.compile(r"\s+")
_GROUP_NAME = re.compile(r"(\\.)|\(\?P<[A-Za-z_]\w*>|(\(\?P=[A-Za-z_]\w*\))", re.DOTALL)

# Letters that case-insensitive matching takes for ASCII ones, and what pages, mail programs and word processors make of
# blanks and quotes; the prefilter folds them in the text.
LOOKALIKES = str.maketrans(
    {"\u212a": "k", "\u017f": "s", "\u0130": "i", "\u0131": "i", "\u00a0": " ", "\u202f": " "}
    | dict.fromkeys("\u2018\u2019", "'")
    | dict.fromkeys("\u201c\u201d", '"')
)

_LOOKALIKE = re.compile(f"[{''.join(map(chr, LOOKALIKES))}]")


def ascii_lower(text: str) -> str:
    """`text` with A to Z lowered and nothing else: the same letters that bytes.lower() lowers."""
    if text.isascii():
        return text.lower()
    # Bytes know of no other letters, and are much quicker than a translation.
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


def folded(text: str) -> str:
    """`text` with the characters replaced by ASCII ones that are taken for those."""
    if text.isascii() or not _LOOKALIKE.search(text):
        return text
    for character in set(_LOOKALIKE.findall(text)):
        text = text.replace(character, LOOKALIKES[ord(character)])
    return text


def squeeze(text: str) -> str:
    """A text as clauses are compared with it: lowered, without white space."""
    return "".join(ascii_lower(text).split())


def requirements(pattern: str, *, ignore_case: bool = False) -> list[Alternative] | None:
    """The alternatives of `pattern`, or None where it requires nothing that we can name."""
    tree = parse_tree(pattern)
    if tree is None:
        return None
    ignore_case = ignore_case or bool(tree.state.flags & re.IGNORECASE) or "(?i" in pattern
    items = list(tree)
    if items and items[-1][0] is _names.ASSERT and items[-1][1][0] > 0:
        # What must follow at the end stands behind all else.
        items[-1:] = [(_names.SUBPATTERN, (None, 0, 0, items[-1][1][1]))]
    alternatives = _of_sequence(items, ignore_case)
    if not alternatives or not all(alternatives):
        return None
    # The text is folded where it is compared.
    return [tuple(frozenset(map(folded, clause)) for clause in alternative) for alternative in alternatives]


def newlines(pattern: str) -> int:
    """How many line ends a match may span at the most; a pattern that names none is matched on single lines.

    An unbounded repeat that holds a line end counts as 20.
    """
    if "\\n" not in pattern and "\n" not in pattern:
        return 0
    tree = parse_tree(pattern)
    if tree is None:
        return min(pattern.count("\\n") + pattern.count("\n"), 20)
    return min(_newlines(list(tree)), 20)


def trigger(alternative: Alternative) -> Clause:
    """The clause that is rarest in ordinary logs: the one to search for."""
    return min(alternative, key=lambda clause: (_cost(clause), sorted(clause)))


def expected(alternative: Alternative) -> float:
    """How often the prefilter stops for an alternative in a megabyte of ordinary logs."""
    return _cost(trigger(alternative))


def _cost(clause: Clause) -> float:
    """How often the keys of a clause are to be expected in a megabyte; several literals may share one."""
    # In one order: the sum of the same costs is the same in every process.
    return sum({key.text: key.cost for key in map(search_key, sorted(clause))}.values())


# Occurrences in a megabyte up to which a word is searched for in place of its phrase.
RARE = 1.0
MOST_WORDS = 4
# So much of what stands before a broken line's end makes it rare enough.
ENOUGH = 12


class Key(NamedTuple):
    """What to search for where a literal is required: a part of it, and what stands for that where it is broken."""

    at: int
    text: str
    broken: tuple[tuple[str, int], ...]
    """Each with the place in the literal where it goes on below."""
    cost: float
    """How often all of them are to be expected in a megabyte."""


@cache
def search_key(literal: str) -> Key:
    """The key of a literal: one word, which no wrapping breaks, where one is rare; else words beside each other."""
    words = [match.span() for match in _WORD.finditer(literal)]
    best = Key(0, literal, (), float("inf"))
    for count in range(1, min(len(words), MOST_WORDS) + 1):
        for (start, _), (_, end) in zip(words, words[count - 1 :], strict=False):
            broken = tuple(_broken(literal, start, end))
            cost = rarity(literal[start:end]) + sum(rarity(text) for text, _ in broken)
            if cost < best.cost:
                best = Key(start, literal[start:end], broken, cost)
        if best.cost <= RARE:
            break
    return best


def _broken(literal: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """What ends a line that is broken at a blank of literal[start:end]: the blank stays or goes."""
    for blank in _BLANK.finditer(literal, start, end):
        for last in blank.span():
            yield literal[max(0, blank.start() - ENOUGH) : last] + "\n", blank.end()


def token_names() -> Any:
    """The names of the parser's tokens."""
    return _names


def parse_tree(pattern: str) -> Any:
    """The standard parser's tree of a pattern, or None where it cannot read it."""
    # The regex module lets several alternatives name the same group; the standard parser does not.
    # What a group is repeated as may be anything.
    plain = _GROUP_NAME.sub(lambda match: match[1] or (".*" if match[2] else "("), pattern)
    try:
        return _parser.parse(plain)
    except (re.error, OverflowError, RecursionError, ValueError):
        return None


class _Clauses:
    """The clauses of one alternative while its sequence is read: finished ones, and the run of characters at hand."""

    __slots__ = ("done", "run")

    def __init__(self, done: tuple[Clause, ...] = (), run: tuple[str, ...] = ("",)) -> None:
        self.done = done
        self.run = run

    def copy(self) -> _Clauses:
        return _Clauses(self.done, self.run)

    def extend(self, variants: list[str]) -> None:
        if len(self.run) * len(variants) > MOST_VARIANTS:
            self.cut()
        self.run = tuple(head + tail for head in self.run for tail in variants)

    def cut(self) -> None:
        """End the run: what it holds is required, what comes next need not stand beside it."""
        # A text that holds a longer one of two holds the shorter one.
        clause = frozenset(one for one in self.run if not any(other != one and other in one for other in self.run))
        self.run = ("",)
        if clause and all(len(literal.strip()) >= 2 for literal in clause):
            self.done = (*self.done, clause)


def _of_sequence(items: list[Any], ignore_case: bool) -> list[Alternative]:
    state = _read_on([_Clauses()], items, ignore_case)
    for clauses in state:
        clauses.cut()
    return [clauses.done for clauses in state]


def _read_on(state: list[_Clauses], items: Iterable[Any], ignore_case: bool) -> list[_Clauses]:
    for item in _inlined(items):
        state = _step(state, item, ignore_case)
    return state


def _inlined(items: Iterable[Any]) -> Iterator[Any]:
    """The items with plain groups opened, so that a literal may run across a group's border."""
    for op, value in items:
        if op is _names.SUBPATTERN and not value[1] and not value[2]:
            yield from _inlined(value[3])
        elif op is _names.ATOMIC_GROUP:
            yield from _inlined(value)
        else:
            yield op, value


def _step(state: list[_Clauses], item: Any, ignore_case: bool) -> list[_Clauses]:
    op, value = item
    if op is _names.AT or op in (_names.ASSERT, _names.ASSERT_NOT):
        return state
    variants = _variants(op, value, ignore_case)
    if variants:
        for clauses in state:
            clauses.extend(variants)
        return state
    if op is _names.BRANCH:
        alternatives = [_of_sequence(list(branch), ignore_case) for branch in value[1]]
        if len(state) * sum(map(len, alternatives)) <= MOST_ALTERNATIVES and all(map(all, alternatives)):
            # A literal goes on into each branch, and from its end behind it.
            return [
                clauses
                for branch in value[1]
                for clauses in _read_on([clauses.copy() for clauses in state], branch, ignore_case)
            ]
        return _branch(state, alternatives)
    for clauses in state:
        clauses.cut()
    if op is _names.SUBPATTERN:
        return _branch(state, [_of_sequence(list(value[3]), ignore_case or bool(value[1] & re.IGNORECASE))])
    if op in (_names.MAX_REPEAT, _names.MIN_REPEAT, _names.POSSESSIVE_REPEAT) and value[0] >= 1:
        return _branch(state, [_of_sequence(_repeated(list(value[2]), value[0]), ignore_case)])
    return state


def _repeated(items: list[Any], count: int) -> list[Any]:
    """What is repeated at least `count` times: a rule of dashes is told by more than one of them."""
    return items * min(count, MOST_REPEATED) if len(items) == 1 and items[0][0] is _names.LITERAL else items


def _branch(state: list[_Clauses], branches: list[list[Alternative]]) -> list[_Clauses]:
    for clauses in state:
        clauses.cut()
    alternatives = [alternative for branch in branches for alternative in branch]
    if not all(alternatives):  # one way through requires nothing, so nothing is required
        return state
    if len(state) * len(alternatives) <= MOST_ALTERNATIVES:
        return [_Clauses((*clauses.done, *alternative)) for clauses in state for alternative in alternatives]
    merged = frozenset().union(*(trigger(alternative) for alternative in alternatives))
    if len(merged) > MOST_IN_CLAUSE:
        return state
    return [_Clauses((*clauses.done, merged)) for clauses in state]


def _variants(op: Any, value: Any, ignore_case: bool) -> list[str]:
    """The few strings that an item stands for, all of them; an empty list where they are not few."""
    if op is _names.LITERAL or op is _names.IN:
        return _characters(op, value, ignore_case)
    if op is _names.BRANCH:
        branches = [_of_items(branch, ignore_case) for branch in value[1]]
        found = [variant for branch in branches for variant in branch] if all(branches) else []
    elif op is _names.SUBPATTERN:
        found = _of_items(value[3], ignore_case or bool(value[1] & re.IGNORECASE)) if not value[2] else []
    elif op in (_names.MAX_REPEAT, _names.MIN_REPEAT) and int(value[1]) == 1:
        inside = _of_items(value[2], ignore_case)
        found = inside if value[0] or not inside else ["", *inside]
    else:
        found = []
    found = list(dict.fromkeys(found))
    return found if len(found) <= MOST_VARIANTS else []


def _of_items(items: Iterable[Any], ignore_case: bool) -> list[str]:
    """The few strings that a sequence stands for."""
    found = [""]
    for op, value in items:
        if op is _names.AT or op in (_names.ASSERT, _names.ASSERT_NOT):
            continue
        found = [head + tail for head in found for tail in _variants(op, value, ignore_case)]
        if not 0 < len(found) <= MOST_VARIANTS:
            return []
    return found


def _characters(op: Any, value: Any, ignore_case: bool) -> list[str]:
    """The few strings that a character or a class stands for; an empty list where they are not few."""
    if op is _names.LITERAL:
        codes = [value]
    elif all(kind is _names.LITERAL for kind, _ in value):
        codes = [code for _, code in value]
    else:
        return []
    same = {one for code in codes for one in (_same(chr(code)) if ignore_case else chr(code))}
    # As the prefilter lowers and folds the text.
    characters = sorted({ascii_lower(folded(one)) for one in same})
    if len(characters) > 4 or any(character in "\r\n" for character in characters):
        return []
    # What stands for an undecodable byte is another byte sequence in a file.
    return [] if any("\ud800" <= character <= "\udfff" for character in characters) else characters


@cache
def _same(character: str) -> frozenset[str]:
    """The characters that case-insensitive matching takes for this one."""
    if character.isascii():
        return frozenset({character})
    known = {character, *character.lower(), *character.upper(), *character.upper().lower(), *character.lower().upper()}
    same = {one for one in _letters() if known & {one.lower(), one.upper()} or one.upper() == character.upper()}
    return frozenset(known | same)


@cache
def _letters() -> list[str]:
    return [chr(code) for code in range(0x80, 0x20000) if chr(code).lower() != chr(code).upper()]


def _newlines(items: list[Any]) -> int:
    count = 0
    for op, value in items:
        if op is _names.LITERAL:
            count += value == 10
        elif op is _names.IN:
            count += (_names.LITERAL, 10) in value and value[0][0] is not _names.NEGATE
        elif op is _names.BRANCH:
            count += max(_newlines(list(branch)) for branch in value[1])
        elif op is _names.SUBPATTERN:
            count += _newlines(list(value[3]))
        elif op is _names.ATOMIC_GROUP:
            count += _newlines(list(value))
        elif op in (_names.ASSERT, _names.ASSERT_NOT):
            count += _newlines(list(value[1]))
        elif op in (_names.MAX_REPEAT, _names.MIN_REPEAT, _names.POSSESSIVE_REPEAT):
            count += _newlines(list(value[2])) * min(int(value[1]), 20)
    return count
