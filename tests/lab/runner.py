"""One scenario with one version of its tool: fail, diagnose, try what people do, apply the offered fixes."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.lab import diagnose
from tests.lab.captures import Capture
from tests.lab.execute import Output, Rendering, run
from tests.lab.records import Tried
from tests.lab.scenario import Failure, Lab, Scenario, commands, impatient
from tests.lab.servertries import try_fixes
from tests.lab.tools import Unavailable


@dataclass
class Result:
    """What came of one scenario with one version."""

    scenario: Scenario
    version: str
    python: str = ""
    asked: str = ""
    """The name of the version that was asked for; `version` is what the tool says of itself."""
    skipped: str = ""
    problems: list[str] = field(default_factory=list)
    captures: list[Capture] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)
    outputs: dict[Rendering, str] = field(default_factory=dict)


def run_scenario(scenario: Scenario, version: str, *, tries: bool = True, only_fixes: bool = False) -> Result:
    """Run it in each rendering, then its tries and fixes once (or the fixes alone); nothing is raised."""
    result = Result(scenario, version, asked=version)
    reason = scenario.needs()
    if reason is not None:
        result.skipped = reason
        return result
    try:
        for rendering in () if only_fixes else scenario.renderings:
            _reproduce(result, rendering)
        if tries and not only_fixes:
            _tries(result)
        if tries or only_fixes:
            _fixes(result)
    except Unavailable as error:
        result.skipped = str(error)
    except Exception:
        result.problems.append(traceback.format_exc())
    return result


def lab_of(result: Result, rendering: Rendering = "pipe") -> Lab:
    """A fresh laboratory for a scenario."""
    scenario = result.scenario
    return Lab(scenario.tool, result.asked, scenario.python, scenario.packages, rendering)


def prepare(lab: Lab, scenario: Scenario) -> Failure:
    """Call the scenario and run what comes before its command."""
    failure = scenario.function(lab)
    for command in failure.before:
        output = run(command, lab.env)
        if not output.succeeded:
            raise RuntimeError(f"{lab.shown_command(command)} had to succeed first:\n{lab.shown(output.text)}")
    return failure


def _reproduce(result: Result, rendering: Rendering) -> None:
    scenario = result.scenario
    with lab_of(result, rendering) as lab:
        result.version, result.python = lab.version, lab.python
        failure = prepare(lab, scenario)
        output = run(failure.command, lab.env, rendering)
        text = lab.shown(output.text)
        result.outputs[rendering] = text
        where = f"{scenario.tool} {lab.version}, Python {lab.python}, {rendering}"
        if output.timed_out:
            result.problems.append(f"{where}: not done after {failure.command.timeout} s")
        if _wrong_exit(output, failure):
            result.problems.append(f"{where}: exit code {output.exit_code}, expected {failure.exits or 'a failure'}")
        found, problems = diagnose.compare(text, failure.expected)
        result.problems += [f"{where}: {problem}" for problem in problems]
        result.captures.append(
            Capture(
                id=scenario.id,
                scenario=scenario.name,
                tool=scenario.tool,
                rendering=rendering,
                python=lab.python,
                command=lab.shown_command(failure.command),
                exit_code=output.exit_code,
                text=text,
                expected=found,
                versions=[lab.version],
            )
        )


def _wrong_exit(output: Output, failure: Failure) -> bool:
    if failure.exits is None:
        return output.exit_code == 0
    return output.exit_code != failure.exits


def _tries(result: Result) -> None:
    """Each in a fresh laboratory, because one may leave something behind that helps the next."""
    scenario = result.scenario
    for name in _names(result):
        with lab_of(result) as lab:
            failure = prepare(lab, scenario)
            one = failure.tries[name]
            output: Output | None = None
            for command in commands(one.change(failure.command)):
                output = run(impatient(command), lab.env)
            if output is None:
                result.problems.append(f"{name}: its change gives no command")
                continue
            fixed = (one.succeeded or failure.succeeded)(output)
            result.tried.append(Tried(scenario.id, name, scenario.tool, lab.version, fixed, one.environment))
            if fixed is not one.should_help(lab.version):
                told = "helped" if fixed else "did not help"
                tail = "\n".join(lab.shown(output.text).splitlines()[-12:])
                result.problems.append(f"{scenario.tool} {lab.version}: {name} {told}, against expectation:\n{tail}")


def _fixes(result: Result) -> None:
    """The fixes, through the server: each in a fresh laboratory, or all in one where what they do is undone."""
    scenario = result.scenario
    with lab_of(result) as lab:
        result.version, result.python = lab.version, lab.python
        failure = scenario.function(lab)
        names = list(failure.fixes)
        together = failure.undo is not None
    for group in [names] if together and names else [[name] for name in names]:
        with lab_of(result) as lab:
            failure = prepare(lab, scenario)
            output = run(failure.command, lab.env)
            tried, problems = try_fixes(lab, failure, group, scenario.id, output, scenario.tool)
            result.tried += tried
            result.problems += problems


def _names(result: Result) -> Iterable[str]:
    with lab_of(result) as lab:
        return list(result.scenario.function(lab).tries)
