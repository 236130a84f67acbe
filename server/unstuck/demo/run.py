"""The demo's story: each sentence is followed by what really happened."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from unstuck.demo.certificates import TrustmeMissing, private_root
from unstuck.demo.index import Index
from unstuck.demo.packages import wheel

if TYPE_CHECKING:
    from lsprotocol import types

PACKAGE = "hello-unstuck"
# What a user's shell may have set for their own index, proxy and certificates would change the story.
_KEPT = frozenset(
    {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "TERM", "SYSTEMROOT", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS", "TEMP"}
    | {"TMP", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONUTF8"}
)


class Unexpected(Exception):
    """The story went otherwise; the message says how, and what may be the reason."""


@dataclass(frozen=True)
class Seen:
    """What the editor saw of one failure."""

    server: str
    diagnostic: types.Diagnostic
    hover: str
    actions: list[types.CodeAction]


class Narrator:
    """Writes the story to stdout, in English or Chinese, with emphasis on a terminal only."""

    def __init__(self, locale: str) -> None:
        self.chinese = locale.lower().startswith("zh")
        self.bold = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self.width = min(shutil.get_terminal_size((100, 24)).columns, 120) if sys.stdout.isatty() else 100
        self.steps = 0

    def step(self, english: str, chinese: str) -> None:
        """A numbered sentence of ours."""
        self.steps += 1
        text = self._filled(f"{self.steps}. {chinese if self.chinese else english}")
        self.write(f"\n\x1b[1m{text}\x1b[0m\n" if self.bold else f"\n{text}\n")

    def _filled(self, text: str) -> str:
        """Chinese has no spaces to break at: the terminal folds it."""
        return (
            text if self.chinese else textwrap.fill(text, self.width, subsequent_indent="   ", break_long_words=False)
        )

    def tell(self, english: str, chinese: str) -> None:
        """A sentence without a number."""
        self.write(f"   {chinese if self.chinese else english}\n")

    def quote(self, text: str, gutter: str = "   | ", first: str | None = None) -> None:
        """What somebody else printed, folded at the width; `first` is the gutter of the first row of all."""
        room = max(40, self.width - len(gutter))
        before = gutter if first is None else first
        for line in text.rstrip("\n").split("\n"):
            indent = " " * (len(line) - len(line.lstrip()))
            for row in textwrap.wrap(line, room, subsequent_indent=indent, break_on_hyphens=False) or [""]:
                self.write(f"{before}{row}".rstrip() + "\n")
                before = gutter

    def write(self, text: str) -> None:
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()


def show(locale: str = "en") -> int:
    """Tell the story; 0 when it went as told, 1 when not, 2 where something that it needs is missing."""
    narrator = Narrator(locale)
    # A removed folder is not always removable at once on Windows, where a program may hold a file a moment longer.
    with tempfile.TemporaryDirectory(prefix="unstuck-demo-", ignore_cleanup_errors=os.name == "nt") as place:
        root = Path(place).resolve()
        try:
            _story(narrator, root)
        except TrustmeMissing as error:
            sys.stderr.write(f"unstuck: {error}\n")
            return 2
        except Unexpected as error:
            sys.stderr.write(f"unstuck: {error}\n")
            return 1
    narrator.step(
        f"The index is stopped and {root} is removed: nothing is left behind.",
        f"索引已停止，{root} 已删除：没有留下任何东西。",
    )
    return 0


def _story(narrator: Narrator, root: Path) -> None:
    project, private = root / "project", root / "index"
    project.mkdir()
    private.mkdir()
    context, authority = private_root(private)
    # As a company hands it out: outside the project, told to other programs, and pip knows nothing of it.
    (root / "company").mkdir()
    authority = authority.rename(root / "company" / authority.name)
    with Index(context=context).add(wheel(PACKAGE, "1.0", files={"hello_unstuck.py": "print('hello')\n"})) as index:
        narrator.step(
            f"A package index runs on this machine at {index.url}. A private authority signed its certificate, as in "
            f"many companies; {authority.name} is that authority, and NODE_EXTRA_CA_CERTS names it for other programs.",
            f"本机 {index.url} 上运行着一个软件包索引。它的证书由私有机构签发，许多公司都是如此；"
            f"{authority.name} 就是该机构的证书，其他程序通过 NODE_EXTRA_CA_CERTS 得知它。",
        )
        venv, environ = _environment(project, root)
        environ["NODE_EXTRA_CA_CERTS"] = str(authority)
        command = _pip(venv, "install", "--index-url", index.simple, PACKAGE)
        narrator.step(
            f"A new virtual environment has {_version(command, environ)}. It is asked for a package:",
            f"新的虚拟环境中有 {_version(command, environ)}。让它安装一个软件包：",
        )
        code, output = _run(narrator, command, environ, project)
        if code == 0:
            raise Unexpected(
                "pip succeeded where it should have failed: a configuration of this machine trusts localhost"
            )
        narrator.tell(f"pip gives up with exit code {code}.", f"pip 以退出码 {code} 放弃。")

        seen = asyncio.run(_editor(project, environ, output, "zh" if narrator.chinese else "en"))
        narrator.step(
            f"That output goes to the real server ({seen.server}), started as `unstuck serve` and spoken to over stdio "
            "as an editor does. It marks the one line that tells:",
            f"把这段输出交给真正的服务器（{seen.server}）：以 `unstuck serve` 启动，像编辑器一样通过 stdio 通信。"
            "它标出说明原因的那一行：",
        )
        _mark(narrator, output, seen.diagnostic)
        narrator.step("Hovering over that line, an editor shows:", "在该行悬停时，编辑器显示：")
        narrator.quote(seen.hover)
        narrator.step("And it offers these quick fixes:", "并提供以下快速修复：")
        for action in seen.actions:
            narrator.quote(_described(action, narrator.chinese), gutter="     ", first="   - ")

        changed = _apply_first(narrator, seen.actions)
        narrator.step("The same command again:", "再次运行同一命令：")
        code, output = _run(narrator, command, environ, project)
        if code != 0:
            raise Unexpected(f"pip still fails with exit code {code} after the edit of {', '.join(map(str, changed))}")
        narrator.tell("pip succeeds. The certificate was checked.", "pip 成功了，证书经过了验证。")


def _environment(project: Path, root: Path) -> tuple[Path, dict[str, str]]:
    """A new virtual environment in the project, and the environment variables in which it is active."""
    home = root / "home"
    home.mkdir()
    environ = {name: value for name, value in os.environ.items() if name.upper() in _KEPT}
    environ |= {"HOME": str(home), "USERPROFILE": str(home), "APPDATA": str(home / "AppData")}
    environ |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUTF8": "1"}
    venv = project / ".venv"
    done = subprocess.run([sys.executable, "-m", "venv", str(venv)], env=environ, capture_output=True, text=True)
    if done.returncode:
        raise Unexpected(
            "this Python cannot make a virtual environment with pip in it. On Debian and Ubuntu install python3-venv.\n"
            + (done.stdout + done.stderr).strip()
        )
    environ["VIRTUAL_ENV"] = str(venv)
    return venv, environ


def _pip(venv: Path, *arguments: str) -> list[str]:
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    return [str(python), "-m", "pip", *arguments]


def _version(command: Sequence[str], environ: Mapping[str, str]) -> str:
    """pip's name and version, as it says them."""
    told = subprocess.run([*command[:3], "--version"], env=environ, capture_output=True, text=True)
    return " ".join(told.stdout.split()[:2]) or "pip"


def _run(narrator: Narrator, command: Sequence[str], environ: Mapping[str, str], project: Path) -> tuple[int, str]:
    """Run it and show its output while it comes. Returns its exit code and its output."""
    narrator.quote("$ pip " + " ".join(command[3:]))
    started = time.monotonic()
    lines: list[str] = []
    with subprocess.Popen(
        command,
        cwd=project,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            narrator.quote(line)
    narrator.tell(f"({time.monotonic() - started:.0f} s)", f"（{time.monotonic() - started:.0f} 秒）")
    return process.returncode, "".join(lines)


async def _editor(project: Path, environ: Mapping[str, str], output: str, locale: str) -> Seen:
    from unstuck.demo.client import Editor

    log = project / "pip.log"
    async with Editor(project, environ, locale) as editor:
        diagnostics = await editor.open(log, output)
        if len(diagnostics) != 1:
            found = ", ".join(str(diagnostic.code) for diagnostic in diagnostics) or "none"
            raise Unexpected(f"the server published {len(diagnostics)} diagnostics in place of one: {found}")
        diagnostic = diagnostics[0]
        hover = await editor.hover(log, diagnostic.range.start)
        actions = [await editor.resolve(action) for action in await editor.actions(log, diagnostic)]
        return Seen(editor.name, diagnostic, hover, actions)


def _mark(narrator: Narrator, output: str, diagnostic: types.Diagnostic) -> None:
    """The output again, cut to the width, with the marked line underlined and its message below."""
    room = max(40, narrator.width - 8)
    for number, line in enumerate(output.split("\n")[:-1]):
        shown = line if len(line) <= room else line[: room - 1] + "…"
        marked = diagnostic.range.start.line <= number <= diagnostic.range.end.line
        narrator.write(f" {'>' if marked else ' '} {number + 1:2} {shown}\n")
        if marked:
            narrator.write("      " + "^" * len(shown) + "\n")
            for row in textwrap.wrap(f"{diagnostic.message} [{diagnostic.code}]", room):
                narrator.write(f"      {row}\n")


def _described(action: types.CodeAction, chinese: bool) -> str:
    """An action's title, with what an editor would say before it applies it."""
    notes = []
    if action.is_preferred:
        notes.append("首选" if chinese else "preferred")
    for annotation in ((action.edit.change_annotations if action.edit else None) or {}).values():
        if annotation.needs_confirmation:
            notes.append(("需要确认：" if chinese else "asks first: ") + (annotation.description or annotation.label))
    if action.disabled is not None:
        notes.append(("不可用：" if chinese else "not possible: ") + action.disabled.reason)
    return f"{action.title} ({'; '.join(notes)})" if notes else action.title


def _apply_first(narrator: Narrator, actions: Sequence[types.CodeAction]) -> list[Path]:
    """Apply the first safe edit, and show what its file then says."""
    from unstuck.demo.client import apply

    for action in actions:
        if action.edit is not None and action.disabled is None and not action.edit.change_annotations:
            changed = apply(action.edit)
            narrator.step(
                f'"{action.title}" is chosen. {", ".join(map(str, changed))} now says:',
                f"选择“{action.title}”。{'、'.join(map(str, changed))} 的内容变为：",
            )
            for path in changed:
                narrator.quote(path.read_text(encoding="utf-8"))
            return changed
    raise Unexpected("the server offered no safe edit")
