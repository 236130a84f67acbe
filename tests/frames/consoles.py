"""What consoles do to an output: PowerShell's error records, and lines broken at a width."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.frames.frame import FRAMES, Frame, Framed, Output, Writer, cut, frame

# Where a script or a prompt stands, as PowerShell 5.1 says it: English, German, Spanish, French, Italian, Portuguese,
# Polish, Russian, Chinese (simplified and traditional), Japanese, Korean.
PLACES = {
    "en": "At line:1 char:1",
    "de": "In Zeile:1 Zeichen:1",
    "es": "En línea: 1 Carácter: 1",
    "fr": "Au caractère Ligne:1 : 1",
    "it": "In riga:1 car:1",
    "pt": "No linha:1 caractere:1",
    "pl": "W wierszu:1 znak:1",
    "ru": "строка:1 знак:1",
    "zh": "所在位置 行:1 字符: 1",
    "zh-TW": "位於 線路:1 字元:1",
    "ja": "発生場所 行:1 文字:1",
    "ko": "위치 줄:1 문자:1",
}
# How the first line on stderr begins, for tools that write progress or notices to stdout before it.
_STDERR = re.compile(
    r"(?:\x1b\[[0-9;]*m)*\s*(?:error|warning|fatal|traceback|deprecation|npm |make|e:|w:|gyp |usage)", re.I
)


def first_on_stderr(output: Output) -> int:
    """The number of the line that PowerShell takes for the first on stderr: it is no later than the telling one."""
    for number, line in enumerate(output.lines[: output.telling]):
        if _STDERR.match(line):
            return number
    return output.telling


def program_of(output: Output) -> str:
    words = [word for word in output.command.split() if "=" not in word]
    return re.split(r"[\\/]", words[0])[-1] if words else "pip"


def by_words(line: str, width: int) -> list[str]:
    """A line as PowerShell breaks it: between words, and within one that is wider than the console."""
    rows, row = [], ""
    for word in re.findall(r"[^ ]* ?", line):
        bare = word.rstrip(" ")
        if len(row) + len(bare) <= width:
            row += word if len(row) + len(word) <= width else bare
            continue
        if len(bare) <= width:
            rows.append(row)
            row = word
            continue
        *whole, row = cut(row + word, width)
        rows += whole
    return [*rows, row]


def record(output: Output, first: str, place: str, width: int) -> Iterator[str]:
    """What stands between the first line on stderr and the next one."""
    shown = first if len(first) <= 40 else f"{first[:12]}...{first[-16:]}"
    rows = [
        place,
        f"+ {output.command}",
        "+ " + "~" * len(output.command),
        f"    + CategoryInfo          : NotSpecified: ({shown}:String) [], RemoteException",
        "    + FullyQualifiedErrorId : NativeCommandError",
    ]
    for row in rows:
        broken = by_words(row, width) if row.startswith("+") else list(cut(row, width))
        yield from (broken[0], *(f"   {part}" for part in broken[1:])) if row.startswith("    +") else broken
    yield " "


def powershell(place: str, width: int) -> Frame:
    def framed(output: Output) -> Framed:
        writer = Writer("\r\n")
        program = program_of(output)
        first = first_on_stderr(output)
        for number, line in enumerate(output.lines):
            if number == first:
                writer.line(*by_words(f"{program} : {line}", width))
                writer.around(*record(output, line, place, width))
            else:
                writer.line(*by_words(line, width))
        return writer.framed()

    return framed


for _language, _place in PLACES.items():
    FRAMES[f"PowerShell {_language}"] = powershell(_place, 4_000)
for _width in (40, 60, 79, 80, 119, 120):
    FRAMES[f"PowerShell wrapped at {_width}"] = powershell(PLACES["en"], _width)


@frame
def PowerShell_for_every_line(output: Output) -> Framed:
    """A host without a console, as in remoting and in ISE, makes a record of every line."""
    writer = Writer("\r\n")
    for line in output.lines:
        writer.line(f"{program_of(output)} : {line}")
        writer.around(*record(output, line, PLACES["en"], 4_000))
    return writer.framed()


@frame
def PowerShell_7(output: Output) -> Framed:
    """A failed native command, where errors are views of their own."""
    writer = Writer()
    writer.around(f"PS /home/user> {output.command}")
    for line in output.lines:
        writer.line(line)
    writer.around('NativeCommandExitException: Program "pip" ended with non-zero exit code: 1.', "PS /home/user>")
    return writer.framed()


def terminal(width: int) -> Frame:
    """A copy of a terminal that breaks lines at its width."""

    def framed(output: Output) -> Framed:
        writer = Writer()
        for line in output.lines:
            writer.line(*cut(line, width))
        return writer.framed()

    return framed


def words(width: int) -> Frame:
    """A text that an editor or a mail program filled."""

    def framed(output: Output) -> Framed:
        writer = Writer()
        for line in output.lines:
            writer.line(*(row.rstrip() for row in by_words(line, width)))
        return writer.framed()

    return framed


for _width in (80, 100, 120, 132):
    FRAMES[f"terminal of {_width} columns"] = terminal(_width)
for _width in (72, 100):
    FRAMES[f"filled to {_width} columns"] = words(_width)


def told(width: int, step: str) -> str:
    """A step as BuildKit tells of it: its time ends one column before the terminal does."""
    return f" => {step}"[: width - 7].ljust(width - 6) + " 9.9s"


def buildkit(width: int, *, padded: bool) -> Frame:
    """docker build on a terminal: the last lines of a step, each as wide as the terminal less ten, padded or copied."""

    def framed(output: Output) -> Framed:
        writer = Writer()
        writer.around("[+] Building 12.3s (8/9)", told(width, "[1/5] FROM docker.io/library/python:3.11"))
        writer.around(told(width, f"[4/5] RUN {output.command}"))
        for line in output.lines:
            if line.strip():
                rows = [f" => => # {row.ljust(width - 10)}" for row in cut(line, width - 10)]
                writer.line(*(rows if padded else (row.rstrip() for row in rows)))
            else:  # empty rows are left out: what stands on them is nothing
                writer.line()
        return writer.framed()

    return framed


for _width in (80, 120):
    FRAMES[f"BuildKit on a terminal of {_width} columns"] = buildkit(_width, padded=True)
    FRAMES[f"BuildKit on a terminal of {_width} columns, copied"] = buildkit(_width, padded=False)


def prefixed_and_cut(prefix: str, width: int) -> Frame:
    """A prefix of a system, on a terminal that breaks lines."""

    def framed(output: Output) -> Framed:
        writer = Writer()
        for line in output.lines:
            writer.line(*cut(prefix + line, width))
        return writer.framed()

    return framed


FRAMES["BuildKit plain on a terminal of 80 columns"] = prefixed_and_cut("#12 3.456 ", 80)
FRAMES["BuildKit plain on a terminal of 120 columns"] = prefixed_and_cut("#12 3.456 ", 120)
FRAMES["BuildKit at its end on a terminal of 80 columns"] = prefixed_and_cut("3.456 ", 80)
FRAMES["Compose on a terminal of 100 columns"] = prefixed_and_cut("web-1  | ", 100)
FRAMES["GitHub Actions on a terminal of 120 columns"] = prefixed_and_cut("2026-05-01T10:00:00.1234567Z ", 120)
