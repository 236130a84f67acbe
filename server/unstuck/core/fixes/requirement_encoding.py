"""Save a requirements file as UTF-8 whose bytes are in an older encoding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes.action import Action, Refusal, Target
from unstuck.core.fixes.requirement_file import InFile, candidate_files
from unstuck.core.fixes.world import World


class ToUtf8(InFile):
    encoding: Literal["cp1252", "latin-1", "gbk", "gb18030", "big5", "shift_jis", "cp1251"] = "cp1252"


class ToUtf8Action(Action[ToUtf8]):
    """The text is read with lone surrogates for its undecodable bytes; the lines that hold some are written anew."""

    name = "requirements.to_utf8"
    parameters = ToUtf8
    any_encoding = True

    def targets(self, parameters: ToUtf8, diagnosis: Diagnosis, world: World) -> Sequence[Target]:
        found = []
        for path in candidate_files(parameters, diagnosis, world):
            text = world.text(path)
            if text is not None and isinstance(after := self.apply(parameters, text), str) and after != text:
                found.append(Target(path, world.short(path), world.short(path)))
        return found

    def apply(self, parameters: ToUtf8, text: str) -> str | Refusal:
        if not any("\udc80" <= character <= "\udcff" for character in text):
            return text
        try:
            data = text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return Refusal("This is not text of one encoding", "此文件不是单一编码的文本")
        if b"\0" in data:
            return Refusal(
                "This looks like UTF-16 without its mark: save it as UTF-8 in the program that wrote it",
                "看起来是没有标记的 UTF-16：请在生成它的程序中另存为 UTF-8",
            )
        try:
            return data.decode(parameters.encoding)
        except UnicodeDecodeError:
            return Refusal(
                f"The bytes are neither UTF-8 nor {parameters.encoding}: save the file as UTF-8 in its editor",
                f"内容既不是 UTF-8 也不是 {parameters.encoding}：请在编辑器中另存为 UTF-8",
            )
