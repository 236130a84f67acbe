"""Options of pip's configuration other than certificates: set, correct, rename or remove one, https for an index."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Annotated

from pydantic import AfterValidator, TypeAdapter, ValidationError, model_validator

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes import pip_place
from unstuck.core.fixes.action import Action, P, Parameters, Refusal, Target, is_chinese
from unstuck.core.fixes.grammar import Host, Line, PathText, Url, split_host
from unstuck.core.fixes.world import World
from unstuck.core.ini import Editor, Unreadable, find, load, locate, newline_of, normalise
from unstuck.core.pip_config import LABELS, config_files
from unstuck.core.signature import Applicability
from unstuck.core.text import bare, split_lines

INDEXES = ("index-url", "extra-index-url", "find-links", "index", "pypi-url")


def _name(value: str) -> str:
    if not re.fullmatch(r"(?:--)?[A-Za-z][A-Za-z0-9_-]{0,60}", value):
        raise ValueError("is not an option's name")
    return normalise(value)


def _boolean(value: str) -> str:
    if value.lower() not in ("true", "false", "yes", "no", "on", "off", "1", "0"):
        raise ValueError("is not a boolean")
    return value.lower()


def _number(value: str) -> str:
    if not re.fullmatch(r"[0-9]{1,5}(?:\.[0-9]{1,3})?", value):
        raise ValueError("is not a number")
    return value


def _word(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.:,=-]{1,200}", value):
        raise ValueError("is not a plain word")
    return value


OptionName = Annotated[str, AfterValidator(_name)]
SectionName = Annotated[str, AfterValidator(lambda value: value if re.fullmatch(r"[a-z][a-z-]*", value) else _refuse())]
_BOOLEAN = TypeAdapter[str](Annotated[str, AfterValidator(_boolean)])
_NUMBER = TypeAdapter[str](Annotated[str, AfterValidator(_number)])
_WORD = TypeAdapter[str](Annotated[str, AfterValidator(_word)])
URL = TypeAdapter[str](Url)
_PATH = TypeAdapter[str](PathText)

# What may be written, and what its value must be. Certificates and trusted hosts have their own actions.
KNOWN: dict[str, TypeAdapter[str]] = {
    "timeout": _NUMBER,
    "retries": _NUMBER,
    "require-virtualenv": _BOOLEAN,
    "break-system-packages": _BOOLEAN,
    "prefer-binary": _BOOLEAN,
    "no-cache-dir": _BOOLEAN,
    "no-input": _BOOLEAN,
    "user": _BOOLEAN,
    "pre": _BOOLEAN,
    "no-index": _BOOLEAN,
    "no-color": _BOOLEAN,
    "disable-pip-version-check": _BOOLEAN,
    "no-build-isolation": _BOOLEAN,
    "progress-bar": _WORD,
    "keyring-provider": _WORD,
    "use-feature": _WORD,
    "only-binary": _WORD,
    "no-binary": _WORD,
    "format": _WORD,
    "index-url": URL,
    "proxy": URL,
    "cache-dir": _PATH,
    "log": _PATH,
}
# Writing these gives a protection up, and so does removing those.
UNSAFE_TO_SET = {
    "break-system-packages": (
        "Every later install may replace files of the system's package manager: tools of the system can stop working.",
        "以后的每次安装都可能替换系统包管理器的文件：系统工具可能因此无法工作。",
    ),
}
_UNSAFE_TO_REMOVE = {
    "require-virtualenv": (
        "pip will install into the system's or the user's Python again when no environment is active.",
        "没有激活虚拟环境时，pip 又会安装到系统或用户的 Python 中。",
    ),
    "require-hashes": ("Packages are no longer checked against hashes.", "软件包不再按哈希校验。"),
    "no-index": ("pip will fetch packages from the public index again.", "pip 又会从公共索引获取软件包。"),
    "index-url": (
        "pip will ask the public index instead: private names could be taken by somebody else there.",
        "pip 将改用公共索引：私有包名可能在那里被他人占用。",
    ),
    "only-binary": ("pip may run the build code of source packages again.", "pip 又可能运行源码包的构建代码。"),
}


def _refuse() -> str:
    raise ValueError("is not a section's name")


class WhereItStands(Action[P]):
    """Offered for every file that it would change: the document itself, then pip's files, narrowest first."""

    def targets(self, parameters: P, diagnosis: Diagnosis, world: World) -> Sequence[Target]:  # noqa: ARG002
        places = {file.path: LABELS[file.variant] for file in reversed(config_files(world)) if file.exists}
        if world.document is not None and not any(world.same(world.document, path) for path in places):
            places = {world.document: ("this file", "此文件"), **places}
        found = []
        for path, (label, label_zh) in places.items():
            text = world.text(path)
            new = None if text is None else self.apply(parameters, text)
            if isinstance(new, str) and new != text:
                found.append(Target(path, f"{label}: {world.short(path)}", f"{label_zh}：{world.short(path)}"))
        return found


class SetOption(Parameters):
    option: OptionName
    value: Line
    section: SectionName = "global"

    @model_validator(mode="after")
    def _known(self) -> SetOption:
        if self.option not in KNOWN:
            raise ValueError(f"{self.option} is not an option that may be written: one of {', '.join(KNOWN)}")
        try:
            KNOWN[self.option].validate_python(self.value)
        except ValidationError as error:
            raise ValueError(f"{self.option}: {error.errors()[0]['msg']}") from error
        return self


def _unsafe_value(parameters: SetOption) -> tuple[str, str] | None:
    known = UNSAFE_TO_SET.get(parameters.option)
    return known if known and parameters.value.lower() not in ("false", "no", "off", "0") else None


class SetOptionAction(Action[SetOption]):
    """Writes an option so that it wins, into the narrowest file first."""

    name = "pip_config.set_option"
    parameters = SetOption

    def least_for(self, parameters: SetOption) -> Applicability:
        return "unsafe" if _unsafe_value(parameters) else "safe"

    def consequence_for(self, parameters: SetOption, locale: str) -> str | None:
        found = _unsafe_value(parameters)
        return found[is_chinese(locale)] if found else None

    def targets(self, parameters: SetOption, diagnosis: Diagnosis, world: World) -> Sequence[Target]:  # noqa: ARG002
        return pip_place.targets(world)

    def blocked(self, parameters: SetOption, world: World, path: str | None) -> Refusal | None:
        reason = pip_place.blocked(world, parameters.option)
        if reason is not None or path is None:
            return reason
        where = pip_place.place(world, parameters.option, path)
        return where if isinstance(where, Refusal) else None

    def prepare(self, parameters: SetOption, world: World, path: str) -> SetOption | Refusal:
        where = pip_place.place(world, parameters.option, path)
        return where if isinstance(where, Refusal) else parameters.model_copy(update={"section": where.section})

    def apply(self, parameters: SetOption, text: str) -> str | Refusal:
        try:
            editor = Editor(text)
        except Unreadable as error:
            return pip_place.unreadable("the file", error)
        if editor.get(parameters.section, parameters.option) == parameters.value:
            return text
        new = editor.assign(parameters.section, parameters.option, parameters.value)
        return pip_place.entangled(parameters.option) if new is None else new


class CorrectValueAction(WhereItStands[SetOption]):
    """Puts a right value where the option stands already, in every section that has it."""

    name = "pip_config.correct_value"
    parameters = SetOption

    def least_for(self, parameters: SetOption) -> Applicability:
        return "unsafe" if _unsafe_value(parameters) else "safe"

    def consequence_for(self, parameters: SetOption, locale: str) -> str | None:
        found = _unsafe_value(parameters)
        return found[is_chinese(locale)] if found else None

    def apply(self, parameters: SetOption, text: str) -> str | Refusal:
        return _in_sections(
            text,
            parameters.option,
            lambda editor, section: editor.assign(section, parameters.option, parameters.value),
            lambda value: value != parameters.value,
        )


class RemoveConfigOption(Parameters):
    option: OptionName
    value: Line | None = None


class RemoveConfigOptionAction(WhereItStands[RemoveConfigOption]):
    """Removes an option wherever it stands; with a `value`, only where it has that one."""

    name = "pip_config.remove_option"
    parameters = RemoveConfigOption

    def least_for(self, parameters: RemoveConfigOption) -> Applicability:
        return "unsafe" if parameters.option in _UNSAFE_TO_REMOVE else "safe"

    def consequence_for(self, parameters: RemoveConfigOption, locale: str) -> str | None:
        found = _UNSAFE_TO_REMOVE.get(parameters.option)
        return found[is_chinese(locale)] if found else None

    def apply(self, parameters: RemoveConfigOption, text: str) -> str | Refusal:
        return _in_sections(
            text,
            parameters.option,
            lambda editor, section: editor.remove(section, parameters.option),
            lambda value: parameters.value is None or value.strip() == parameters.value,
        )


def _in_sections(
    text: str, option: str, change: Callable[[Editor, str], str | None], wanted: Callable[[str], bool]
) -> str | Refusal:
    try:
        sections = [name for name, values in load(text).items() if option in values and wanted(values[option])]
    except Unreadable as error:
        return pip_place.unreadable("the file", error)
    for section in sections:
        editor = Editor(text)
        if find(editor.sections, section, option) is None:
            continue
        new = change(editor, section)
        if new is None:
            return pip_place.entangled(option)
        text = new
    return text


class RenameOption(Parameters):
    option: OptionName
    to: OptionName

    @model_validator(mode="after")
    def _not_trust(self) -> RenameOption:
        if self.to not in KNOWN and self.to not in (
            "cert",
            "client-cert",
            "extra-index-url",
            "find-links",
            "constraint",
        ):
            raise ValueError(f"{self.to} is not an option that may be written")
        return self


class RenameOptionAction(WhereItStands[RenameOption]):
    """Corrects a key that pip does not know, its value untouched."""

    name = "pip_config.rename_option"
    parameters = RenameOption

    def apply(self, parameters: RenameOption, text: str) -> str | Refusal:
        try:
            before = load(text)
        except Unreadable as error:
            return pip_place.unreadable("the file", error)
        lines = split_lines(text)
        for part in locate(text):
            option = find([part], part.name, parameters.option)
            if option is None or parameters.to in before.get(part.name, {}):
                continue
            number = option.lines[0]
            lines[number] = re.sub(r"^(\s*)[^:=]*?(\s*[:=])", rf"\g<1>{parameters.to}\2", lines[number], count=1)
        after = "".join(lines)
        try:
            renamed = load(after)
        except Unreadable:
            return pip_place.entangled(parameters.option)
        for section, values in before.items():
            moved = {}
            for key, value in values.items():
                new = parameters.to if key == parameters.option and parameters.to not in values else key
                moved[new] = value
            if renamed.get(section) != moved:
                return pip_place.entangled(parameters.option)
        return after


class HttpsIndex(Parameters):
    host: Host


class HttpsIndexAction(WhereItStands[HttpsIndex]):
    """http becomes https in the index URLs of one host; a port stays as it is written."""

    name = "pip_config.https_index"
    parameters = HttpsIndex

    def apply(self, parameters: HttpsIndex, text: str) -> str | Refusal:
        try:
            load(text)
        except Unreadable as error:
            return pip_place.unreadable("the file", error)
        host, port = split_host(parameters.host)
        shown = re.escape(f"[{host}]" if ":" in host else host)
        tail = rf":{port}" if port is not None else r"(?::\d+)?"
        url = re.compile(rf"\bhttp(?=://(?:[^\s/@]*@)?{shown}{tail}(?:[/\s]|\Z))", re.IGNORECASE)
        lines = split_lines(text)
        for part in locate(text):
            for option in part.options:
                if option.name in INDEXES:
                    for number in option.lines:
                        lines[number] = url.sub("https", lines[number])
        return "".join(lines)


class RemoveRepeated(Parameters):
    option: OptionName | None = None


class RemoveRepeatedAction(WhereItStands[RemoveRepeated]):
    """Makes a file loadable again that has a key twice: lists are joined, of other values the last stays."""

    name = "pip_config.remove_repeated"
    parameters = RemoveRepeated
    _LISTS = frozenset({"trusted-host", "extra-index-url", "find-links", "constraint", "use-feature"})

    def apply(self, parameters: RemoveRepeated, text: str) -> str | Refusal:
        for _ in range(50):
            again = self._first(parameters, text)
            if again is None:
                break
            text = again
        try:
            load(text)
        except Unreadable as error:
            return pip_place.unreadable("the file", error)
        return text

    def _first(self, parameters: RemoveRepeated, text: str) -> str | None:
        lines = split_lines(text)
        for part in locate(text):
            for index, one in enumerate(part.options):
                for other in part.options[index + 1 :]:
                    if one.name != other.name or parameters.option not in (None, one.name):
                        continue
                    if one.name in self._LISTS:
                        return self._joined(text, lines, one.lines, other.lines)
                    for number in one.lines:
                        lines[number] = ""
                    return "".join(lines)
        return None

    def _joined(self, text: str, lines: list[str], first: list[int], second: list[int]) -> str:
        value = [re.split(r"[:=]", bare(lines[second[0]]), maxsplit=1)[1], *(bare(lines[n]) for n in second[1:])]
        words = " ".join(value).split()
        last = bare(lines[first[-1]])
        if words:
            lines[first[-1]] = f"{last} {' '.join(words)}" + (lines[first[-1]][len(last) :] or newline_of(text))
        for number in second:
            lines[number] = ""
        return "".join(lines)
