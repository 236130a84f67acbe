"""What CI systems and containers put before each line, put before real output of the other sources.

No engine and no runner is at hand here, so the prefixes come from the functions below; what follows them is real.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable

from harness import CORPUS, Lab, Missing, source

Prefixer = Callable[[int, str], str]


def _clock(number: int) -> str:
    seconds = number // 20
    return f"{10 + seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


PREFIXES: dict[str, Prefixer] = {
    "buildkit": lambda number, line: f"#12 {number / 20:.3f} {line}",
    "buildkit-quoted": lambda number, line: f"{number / 20:.3f} {line}",  # as a failed step is quoted at the end
    "github": lambda number, line: f"2026-11-22T{_clock(number)}.{number * 7919 % 10**7:07}Z {line}",
    "gitlab": lambda number, line: f"2026-11-22T{_clock(number)}.{number * 7919 % 10**6:06}Z 01O {line}",
    "compose": lambda _, line: f"web-1  | {line}",
    "jenkins": lambda number, line: f"[2026-11-22T{_clock(number)}.{number * 31 % 1000:03}Z] {line}",
    "travis": lambda number, line: f"\x1b[0K{line}" if number % 50 == 0 else line,
    "azure": lambda number, line: f"2026-11-22T{_clock(number)}.{number * 7919 % 10**7:07}Z ##[debug]{line}",
    "kubernetes": lambda number, line: f"2026-11-22T{_clock(number)}.{number * 7919 % 10**9:09}Z stderr F {line}",
    "docker-json": lambda number, line: json.dumps(
        {"log": line + "\n", "stream": "stderr", "time": f"2026-11-22T{_clock(number)}.{number * 7919 % 10**9:09}Z"}
    ),
    "windows": lambda _, line: f"{line}\r",  # no prefix, but the line ends of Windows
    "ansible": lambda _, line: f"    {json.dumps(line)},",
    "syslog": lambda number, line: f"Nov 22 {_clock(number)} build-host builder[4711]: {line}",
}

# The recordings that each prefix is put before, cut to the first so many characters.
TEXTS = {
    "pip/install-v-25.3.log": 80_000,
    "pip/wheel-v-22.0.4.log": 60_000,
    "pip/alarming-26.3.tty": 60_000,
    "uv/build-v.log": 50_000,
    "builds/extension-msgpack-3.11.log": 50_000,
    "node/install.tty": 20_000,
    "suites/made.log": 80_000,
    "programs/tracebacks-logging.log": 40_000,
    "debian/apt-get.log": 30_000,
    "servers/uvicorn.log": 30_000,
}


@source
def ci_prefixes(lab: Lab) -> None:
    """Prefixes of BuildKit, GitHub, GitLab, Compose, Jenkins and others before real output."""
    texts = []
    for name, limit in TEXTS.items():
        path = CORPUS / f"{name}.xz"
        if path.exists():
            texts.append(lzma.decompress(path.read_bytes()).decode()[:limit])
    if not texts:
        raise Missing("nothing recorded yet that prefixes could be put before")
    for turn, (name, prefix) in enumerate(PREFIXES.items()):
        # Five of them each, another five for the next prefix: all ten before all twelve would be ten megabytes.
        chosen = [texts[(turn + step) % len(texts)] for step in range(min(5, len(texts)))]
        lines = "\n".join(chosen).replace("\r\n", "\n").split("\n")
        text = "\n".join(prefix(number, line) for number, line in enumerate(lines)) + "\n"
        note = "real output; the prefixes were put before it by sources/ci.py"
        lab.store(f"ci/{name}.log", text, [f"{name}: prefixes before some of {', '.join(TEXTS)}"], note=note)
