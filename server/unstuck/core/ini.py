"""Editing an INI file as pip reads it, touching only the lines that change.

The places of options are found by the rules of configparser.RawConfigParser with its defaults, which is what pip
uses; the same parser reads the file before and after, and an edit that changes anything else is refused.
"""

from __future__ import annotations

import configparser
import io
from collections.abc import Set
from dataclasses import dataclass, field

from unstuck.core.text import bare, split_lines

Values = dict[str, dict[str, str]]


class Unreadable(Exception):
    """pip cannot load this file. The message says where and why."""


@dataclass
class Option:
    """One option: the lines it stands on. `lines` are those that hold its key or its value."""

    section: str
    name: str
    indent: int
    lines: list[int] = field(default_factory=list)


@dataclass
class Section:
    name: str
    line: int
    indent: int
    options: list[Option] = field(default_factory=list)

    @property
    def last_line(self) -> int:
        return max([self.line, *(line for option in self.options for line in option.lines)])


def normalise(name: str) -> str:
    """A key as pip compares it."""
    return name.lower().replace("_", "-").removeprefix("--")


def _parser(text: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser()
    try:
        # Universal newlines, as a file opened in text mode has them.
        parser.read_file(io.StringIO(text, newline=None), "the file")
    except configparser.DuplicateOptionError as error:
        raise Unreadable(f"line {error.lineno}: {error.option!r} is there twice in [{error.section}]") from error
    except configparser.DuplicateSectionError as error:
        raise Unreadable(f"line {error.lineno}: the section [{error.section}] is there twice") from error
    except configparser.MissingSectionHeaderError as error:
        raise Unreadable(f"line {error.lineno}: text before the first [section]") from error
    except configparser.ParsingError as error:
        line = error.errors[0][0] if error.errors else 1
        raise Unreadable(f"line {line}: neither a [section] nor a 'key = value'") from error
    except configparser.Error as error:
        raise Unreadable(str(error).splitlines()[0]) from error
    return parser


def load(text: str) -> Values:
    """Section -> normalised key -> value, as pip sees them. Raises Unreadable."""
    parser = _parser(text)
    return {section: {normalise(key): value for key, value in parser.items(section)} for section in parser.sections()}


def locate(text: str) -> list[Section]:
    """The sections and options with their lines, in the file's order; for a file that `load` accepts."""
    sections: list[Section] = []
    option: Option | None = None
    indent = 0
    parser = configparser.RawConfigParser
    for number, raw in enumerate(split_lines(text)):
        line = bare(raw)
        value = line.strip()
        if not value or value.startswith(("#", ";")):
            continue
        level = len(line) - len(line.lstrip())
        if sections and option is not None and level > indent:
            option.lines.append(number)
            continue
        indent = level
        header = parser.SECTCRE.match(value)
        if header:
            name = header["header"]
            found = next((section for section in sections if section.name == name), None)
            # Only [DEFAULT] may come back.
            if found is None:
                sections.append(Section(name, number, level))
            else:
                sections.append(sections.pop(sections.index(found)))
            option = None
            continue
        match = parser.OPTCRE.match(value)
        if match and sections:
            option = Option(sections[-1].name, normalise(match["option"].rstrip()), level, [number])
            sections[-1].options.append(option)
    return sections


def find(sections: list[Section], section: str, name: str) -> Option | None:
    """The option that pip takes: the last one of that normalised name."""
    options = [option for part in sections if part.name == section for option in part.options if option.name == name]
    return options[-1] if options else None


def newline_of(text: str) -> str:
    """The line end that the file uses most, \\n for a new one."""
    lines = split_lines(text)
    ends = [line[len(bare(line)) :] for line in lines if line != bare(line)]
    return max(("\n", "\r\n", "\r"), key=ends.count) if ends else "\n"


def _split_assignment(line: str) -> tuple[str, str]:
    """The part of an option's first line up to its value, and the value."""
    body = line.strip()
    match = configparser.RawConfigParser.OPTCRE.match(body)
    assert match is not None
    start = len(line) - len(line.lstrip()) + match.start("vi") + 1
    rest = line[start:]
    value = rest.strip()
    at = start + (len(rest) - len(rest.lstrip()) if value else len(rest))
    return line[:at], value


class Editor:
    """The lines of one INI file while they are being changed. Raises Unreadable where pip could not load it."""

    def __init__(self, text: str) -> None:
        self.before = load(text)
        self.text = text
        self.newline = newline_of(text)
        self.sections = locate(text)
        self._lines = split_lines(text)

    def get(self, section: str, name: str) -> str | None:
        """The value as pip reads it, None where the section does not have it."""
        return self.before.get(section, {}).get(name)

    def assign(self, section: str, name: str, value: str) -> str | None:
        """The text with the option at this one-line value; None where that cannot be done without other effects."""
        option = find(self.sections, section, name)
        if option is None:
            return self._checked(self._added(section, name, value), section, name, value)
        lines = list(self._lines)
        head, old = _split_assignment(bare(lines[option.lines[0]]))
        # "key=" is written without blanks, and stays so.
        glue = " " if not old and not head[-1:].isspace() and head[-2:-1].isspace() else ""
        self._put(lines, option.lines[0], f"{head}{glue}{value}")
        for number in option.lines[1:]:
            lines[number] = ""
        return self._checked("".join(lines), section, name, value)

    def append(self, section: str, name: str, items: list[str]) -> str | None:
        """The text with `items` added to a list option, in the way that the list is written."""
        wanted = " ".join([*(self.get(section, name) or "").split(), *items])
        option = find(self.sections, section, name)
        if option is None:
            return self._checked(self._added(section, name, " ".join(items)), section, name, wanted)
        lines = list(self._lines)
        last = option.lines[-1]
        content = bare(lines[last])
        if len(option.lines) > 1:
            indent = content[: len(content) - len(content.lstrip())]
            added = "".join(f"{self.newline}{indent}{item}" for item in items)
            self._put(lines, last, content + added)
        else:
            head, value = _split_assignment(content)
            glue = "" if (head + value)[-1:].isspace() else " "
            self._put(lines, last, head + value + glue + " ".join(items) + content[len(head) + len(value) :].rstrip())
        return self._checked("".join(lines), section, name, wanted)

    def drop(self, section: str, name: str, unwanted: Set[str]) -> str | None:
        """The text without those items of a list option, without the option where none is left."""
        option = find(self.sections, section, name)
        if option is None:
            return None
        kept = [item for item in (self.get(section, name) or "").split() if item not in unwanted]
        lines = list(self._lines)
        if not kept:
            return self.remove(section, name)
        for position, number in enumerate(option.lines):
            content = bare(lines[number])
            head, value = _split_assignment(content) if position == 0 else ("", content)
            items = value.split()
            left = [item for item in items if item not in unwanted]
            if left == items:
                continue
            indent = value[: len(value) - len(value.lstrip())]
            if left or position == 0:
                self._put(lines, number, (head + indent + " ".join(left)).rstrip())
            else:
                lines[number] = ""
        return self._checked("".join(lines), section, name, " ".join(kept))

    def remove(self, section: str, name: str) -> str | None:
        """The text without the option."""
        option = find(self.sections, section, name)
        if option is None:
            return None
        lines = list(self._lines)
        for number in option.lines:
            lines[number] = ""
        return self._checked("".join(lines), section, name, None)

    def _put(self, lines: list[str], number: int, content: str) -> None:
        lines[number] = content + self._lines[number][len(bare(self._lines[number])) :]

    def _added(self, section: str, name: str, value: str) -> str:
        lines = list(self._lines)
        place = next((part for part in self.sections if part.name == section), None)
        if place is not None:
            indent = place.options[-1].indent if place.options else place.indent
            source = bare(lines[place.options[-1].lines[0] if place.options else place.line])
            new = f"{source[:indent]}{name} = {value}"
            before = lines[place.last_line]
            if before == bare(before):
                lines[place.last_line] = before + self.newline + new
            else:
                lines[place.last_line] = before + new + self.newline
            return "".join(lines)
        text = self.text
        if text and text == bare(text):
            text += self.newline
        gap = self.newline if text.strip() and not text.endswith(self.newline * 2) else ""
        return f"{text}{gap}[{section}]{self.newline}{name} = {value}{self.newline}"

    def _checked(self, text: str, section: str, name: str, value: str | None) -> str | None:
        """`text`, if pip reads in it exactly what it read before but for this one value."""
        try:
            after = load(text)
        except Unreadable:
            return None
        expected = {part: dict(options) for part, options in self.before.items()}
        options = expected.setdefault(section, {})
        if value is None:
            options.pop(name, None)
        else:
            options[name] = value
        found = after.get(section, {}).get(name)
        if (found is None) != (value is None) or (found or "").split() != (value or "").split():
            return None
        if found is not None:
            options[name] = found
        return text if _plain(after) == _plain(expected) else None


def _plain(values: Values) -> Values:
    """Blank lines around a removed or moved value belong to nobody."""
    return {section: {key: value.strip() for key, value in items.items()} for section, items in values.items()}
