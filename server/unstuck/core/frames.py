"""What stands around a tool's own words on a line, and how lines that were broken are told: no text is kept here.

CI systems, containers, loggers, consoles and people put something before each line; terminals and consoles break lines
at their width, within words or between them.
"""

from __future__ import annotations

import re

_DATE = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_LEVEL = r"(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)"
# A host and a program with its process, as system logs name them; make counts its depth in the same way.
_UNIT = r"(?:[\w.-]{1,60}[ ])?(?!g?make\[)[\w.@/-]{1,60}\[[\w.]{1,20}\]:[ ]"
# A logger's name says whose words follow: a library's own tells them from a tool's.
_LOGGER = r"(?!urllib3|requests)[\w.]{1,60}"
_FLY = r"app\[\w+\][ ]\w{2,4}[ ]\[\w+\]"

# What stands before a line that a tool printed, in the order in which systems nest it.
_PREFIX = re.compile(
    rf"""(?:
      [\ufeff\u200b\u200e\u2060]
    | [^\t\n]{{1,80}}\t[^\t\n]{{1,80}}\t(?={_DATE})      # gh run view --log: job, step
    | (?:{_DATE}(?:[ ]-[ ]{_LOGGER})?[ ]-[ ])?{_LEVEL}[ ]-[ ]  # a logger of Python
    | {_DATE}[ ](?:\d\d[OE][+ ]?|std(?:out|err)[ ][FP][ ]|{_UNIT}|{_FLY})?  # GitHub, pip --log; GitLab, Kubernetes
    | {_MONTH}[ ]{{1,2}}\d\d?[ ]\d\d:\d\d:\d\d[ ](?:{_UNIT}|[AP]M[ ]{{2}})?  # syslog, journalctl; Render
    | \[{_DATE}\][ ]                                     # Jenkins timestamps
    | \[\d{{4}}-\d\d-\d\d,?[ ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:[ ]UTC)?\][ ]\{{[\w.]+:\d+\}}[ ]{_LEVEL}[ ]-[ ]  # Airflow
    | \[\d\d:\d\d:\d\d\](?:[A-Za-z]?[ ]?:\t[ ]\[Step[ ]\d+/\d+\])?[ ]  # AppVeyor, TeamCity
    | \[?\d\d:\d\d:\d\d\.\d{{3}}(?:\][ ]|[ ]\|[ ]|[ ])  # Vercel
    | \d{{1,2}}:\d\d:\d\d[ ][AP]M:[ ]                      # Netlify
    | \d\d:\d\d:\d\d(?:[.,]\d+)?[ ]{{1,2}}               # Jenkins timestamps, short
    | \#\d+[ ](?:\d+\.\d+[ ])?                           # Docker BuildKit: step and seconds
    | (?:\d\.\d{{3}}|\d\d\.\d\d|\d{{3,5}}\.\d)[ ]         # the same at its end: seconds
    | [\w.-]*[-_]\d+[ ]+\|[ ]                            # Compose: service-1  |
    | [\w.@-]{{2,80}}[ ]{{2,40}}\|[ ]                       # the same with a name of its own; Swarm, Foreman
    | \#\#\[(?:error|warning|debug|section|command)\]    # GitHub Actions, Azure: commands
    | ::(?:error|warning|debug)::
    | \[(?:\w+[-_])?(?:stdout|stderr|out|err)\][ ]+
    | \[pod/[\w.-]+/[\w.-]+\][ ]                         # kubectl logs --prefix
    | \[[\w.@:-]{{2,80}}\][ ](?:out|err|sudo|run):[ ]     # Fabric
    | \[(?=[\w.-]*[-\d])[\w.-]{{1,60}}\][ ]              # a branch of a Jenkins pipeline, concurrently
    | \[INFO\][ ]                                        # Maven
    | [ ]?(?:=>[ ]){{2}}\#[ ]                            # Docker BuildKit on a terminal: the last lines of a step
    | Step[ ]\#\d+(?:[ ]-[ ]"[^"\n]{{1,60}}")?:[ ]         # Google Cloud Build
    | remote:[ ]{{8}}(?=[ ]*\S)                           # Heroku, in the output of git push
    | \[pipenv\.exceptions\.\w{{1,40}}\]:[ ]
    | {_LEVEL}:{_LOGGER}:                             # a logger of Python, as it is at first
    | E[ ]{{3,12}}(?=\S)                                 # pytest
    | [ ]{{4}}(?:default|[a-z]+-[a-z]+\.[\w-]+):[ ]{{1,4}}  # Vagrant, Packer
    | [\w.\[\]"-]{{1,80}}[ ]\((?:remote|local)-exec\):[ ]  # Terraform
    | [\w@./-]{{1,60}}(?:(?<=\w):|[ ])(?:build|test|dev|start|lint|install|postinstall|preinstall|prepare):[ ]
    | ➤[ ]YN\d{{4}}:[ ]│[ ](?:[^\n]{{1,80}}?[ ]STD(?:ERR|OUT)[ ])?  # Yarn
    | [ ]{{0,6}}\d{{1,6}}\t                                # cat -n
    | (?:DEBUG[ ]ssh:[ ])?std(?:err|out):[ ](?=\S)        # Vagrant, and scripts that show what they ran
    | (?:>[ ]?)+(?<=[ ])[ ]{{0,40}}(?=[^\W\d]\S|[\[×╰│])    # quoted, as people paste it
    | (?:[\w.~:-]{{1,40}}[\\/]){{0,8}}[\w.+-]{{2,32}}(?:\.exe)?[ ]:[ ](?=[ ]*\S)  # PowerShell: the program
    )+""",
    re.VERBOSE,
)
_PREFIX_LOWERED = re.compile(_PREFIX.pattern, re.VERBOSE | re.IGNORECASE)
LINE_STARTS_BEHIND = frozenset(b"]|:#>-+zoefpmrt0123456789\n") | frozenset(range(0x80, 0x100))
"""Bytes of lowered UTF-8 that may stand, with blanks, in front of what a tool printed: each prefix ends in one."""

# pip's and uv's boxes, also as they look on terminals without box characters.
_GUTTER = re.compile(r"(?:[ ]{0,8}(?:│|╰─[>▶]|├─[>▶]|\+->)[ ]?|[ ]{1,8}\|(?=[ ]{1,6}\S)[ ])+")

_DIGITS = re.compile(r"\d+")
# PowerShell's category of an error, and what a line that says it ends in where it was not broken.
CATEGORY = "    + CategoryInfo"
# How many rows a record of PowerShell takes: where it happened, the command, its underline, two of its kind, a blank.
LEAST_RECORD, MOST_OF_RECORD = 6, 40


# BuildKit on a terminal: a row of a step's output, and one that tells of a step, with its time at the very end.
STEP = " => => # "
_STEP_TOLD = re.compile(r" => .{0,400} \d+\.\d+s\Z")


MARKS = (CATEGORY, STEP)
"""What stands in a text whose frames tell at which width its lines were broken."""


def step_width(row: str) -> int:
    """How wide a row of BuildKit's is that tells of a step; 0 for another."""
    return len(row.rstrip()) if _STEP_TOLD.match(row.rstrip()) else 0


def prefix_length(text: str, *, lowered: bool = False) -> int:
    """How many characters at the start of a rendered line are a CI system's or a gutter's."""
    match = (_PREFIX_LOWERED if lowered else _PREFIX).match(text)
    start = match.end() if match else 0
    gutter = _GUTTER.match(text, start)
    return gutter.end() if gutter else start


def same_frame(one: str, other: str) -> bool:
    """Whether two prefixes are those of one frame: all but times and numbers is the same."""
    return _DIGITS.sub("0", one) == _DIGITS.sub("0", other)


_KEPT_APART = re.compile(
    r"\s*(?:$|(?:error|warning|info|note|hint|notice|debug|fatal|traceback|npm|collecting|downloading|installing)\b|"
    r"\[notice\]|\$ |\+ |>>> |-{3,}|={3,}|At (?:line:\d|\S.{0,300} char:\d))",
    re.IGNORECASE,
)


def kept_apart(row: str) -> bool:
    """Whether a row begins something of its own, whatever stands above it."""
    return _KEPT_APART.match(row) is not None


def goes_on(row: str, after: str, width: int) -> bool:
    """Whether a row may be continued by the one after it, where lines were filled to a width: it ends there, and the
    next word would not have fitted."""
    length = len(row.rstrip())
    return 0 < length <= width and length + 1 + len((after.split(maxsplit=1) or [""])[0]) > width


def glue_of(row: str, after: str, width: int) -> str:
    """What stood between two rows, where lines were filled to a width: nothing within a word that is wider itself."""
    if len(row) < width or row[-1:].isspace() or after[:1].isspace():
        return " "
    word, rest = row[row.rfind(" ") + 1 :], after.split(maxsplit=1)[0]
    return "" if len(word) + len(rest) > width else " "
