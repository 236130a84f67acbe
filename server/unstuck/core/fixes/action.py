"""What an action is: checked parameters, the files it would change, and a pure function from text to text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes.world import World
from unstuck.core.signature import Applicability


@dataclass(frozen=True)
class Refusal:
    """Why a fix cannot be applied, with the cure, in English and in Chinese."""

    reason: str
    reason_zh: str = ""

    def localised(self, locale: str) -> Refusal:
        return Refusal(self.reason_zh, self.reason_zh) if is_chinese(locale) and self.reason_zh else self


@dataclass(frozen=True)
class Fix:
    """One offered fix, a title to choose and what `resolve` needs to carry it out.

    `target` is the absolute path of the file it would change, None for a command line, which is `command`.
    `consequence` says what an unsafe one gives up. `disabled` says why it cannot work here, though it would elsewhere;
    such a fix comes last and `resolve` refuses it with the same words. `name` is its record's name for it.
    """

    title: str
    action: str
    arguments: dict[str, Any]
    applicability: Applicability
    target: str | None = None
    command: str | None = None
    consequence: str | None = None
    disabled: str | None = None
    locale: str = "en"
    name: str = ""


@dataclass(frozen=True)
class Target:
    """A file that an action may change, with words for the title where several are offered."""

    path: str
    label: str = ""
    label_zh: str = ""


class Parameters(BaseModel):
    """The base of every action's parameters: nothing unknown, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


P = TypeVar("P", bound=Parameters)


class Action(ABC, Generic[P]):
    """A family of fixes. Subclasses override what they need; only `apply` (or `command`) must be there.

    The order of calls: `complete` (arguments that the failure's text does not hold), the parameters model, `targets`,
    `blocked`; and when the fix is chosen, `blocked` again, `prepare`, `apply`.
    """

    name: ClassVar[str]
    parameters: ClassVar[type[Parameters]]
    # No record can call a fix safer than its action is.
    least: ClassVar[Applicability] = "safe"
    consequence: ClassVar[str] = ""
    consequence_zh: ClassVar[str] = ""
    # Required parameters that `complete` can find on the machine.
    found: ClassVar[frozenset[str]] = frozenset()
    # Whether the title names the file even where only one is offered.
    says_where: ClassVar[bool] = True
    # Whether the action is at home in files that are not UTF-8.
    any_encoding: ClassVar[bool] = False

    def least_for(self, parameters: P) -> Applicability:  # noqa: ARG002
        return self.least

    def consequence_for(self, parameters: P, locale: str) -> str | None:  # noqa: ARG002
        """What is given up, in the reader's language."""
        return (self.consequence_zh if is_chinese(locale) else self.consequence) or None

    def words(self, parameters: P) -> dict[str, str]:
        """What a title may name in braces, besides the captures."""
        values = parameters.model_dump()
        return {key: str(value) for key, value in values.items() if isinstance(value, str | int)}

    def complete(self, arguments: dict[str, Any], diagnosis: Diagnosis, world: World) -> Iterable[dict[str, Any]]:  # noqa: ARG002
        """The arguments of each fix to offer, best first."""
        return [arguments]

    def targets(self, parameters: P, diagnosis: Diagnosis, world: World) -> Sequence[Target]:  # noqa: ARG002
        """The files to offer it for, narrowest first."""
        return ()

    def blocked(self, parameters: P, world: World, path: str | None) -> Refusal | None:  # noqa: ARG002
        """Why it would be useless here, if it would."""
        return None

    def prepare(self, parameters: P, world: World, path: str) -> P | Refusal:  # noqa: ARG002
        """The parameters completed by what other files of this machine say."""
        return parameters

    @abstractmethod
    def apply(self, parameters: P, text: str) -> str | Refusal:
        """The file's new text; the same text where there is nothing left to do."""

    def command(self, parameters: P, diagnosis: Diagnosis, world: World) -> str | None:  # noqa: ARG002
        """The command line to show, of a display_only action."""
        return None


class CommandAction(Action[P]):
    """An action that changes no file: it shows a command line."""

    least = "display_only"
    # Whether the line takes the failed command's place; else that one is to be run again after it.
    instead: ClassVar[bool] = True

    def apply(self, parameters: P, text: str) -> str | Refusal:  # noqa: ARG002
        return text

    @abstractmethod
    def command(self, parameters: P, diagnosis: Diagnosis, world: World) -> str | None: ...


def is_chinese(locale: str) -> bool:
    return locale.lower().replace("_", "-").split("-")[0] == "zh"
