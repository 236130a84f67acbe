"""pip's command line and configuration: what it refuses before it looks anything up."""

from __future__ import annotations

from collections.abc import Mapping

from tests.lab.execute import Command
from tests.lab.scenario import Change, Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.packages import wheel

CONFIGURATION = "home/user/.config/pip/pip.conf"
CONFIGURED = {"path": "/home/user/.config/pip/pip.conf"}


def refused(command: Command, expected: Expected, fix: str = "", **tries: Change) -> Failure:
    """A command line that pip refuses; whatever is added to it, it does not get further."""
    return Failure(
        command,
        [expected],
        tries={
            **{name.replace("_", "-"): helps(change) for name, change in tries.items()},
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
        },
        fixes={fix: True} if fix else {},
    )


def install(lab: Lab, *arguments: str) -> Command:
    """An install from an index that has demo 1.0."""
    return lab.pip("install", "--index-url", lab.index(wheel("demo", "1.0")).simple, *arguments)


@scenario("pip/unknown-command")
def misspelt_command(lab: Lab) -> Failure:
    return Failure(
        lab.pip("instal", "demo", PIP_INDEX_URL=lab.index(wheel("demo", "1.0")).simple),
        [Expected("pip/unknown-command", r"ERROR: unknown command", {"name": "instal", "expected": "install"})],
        tries={"correct": helps(lambda run: run.replaced("instal", "install"))},
        fixes={"correct-command": True},
    )


@scenario("pip/unknown-command", renderings=["pipe"])
def no_such_command(lab: Lab) -> Failure:
    expected = Expected("pip/unknown-command", r"ERROR: unknown command", {"name": "upgrade"})
    return Failure(lab.pip("upgrade", "demo"), [expected])


@scenario("pip/unknown-option")
def removed_option(lab: Lab) -> Failure:
    option = "--process-dependency-links"
    expected = Expected("pip/unknown-option", r"no such option", {"option": option})
    return refused(install(lab, option, "demo"), expected, "without-command", without=lambda run: run.less(option))


@scenario("pip/unknown-option", renderings=["pipe"])
def ambiguous_option(lab: Lab) -> Failure:
    return Failure(
        install(lab, "--no", "demo"), [Expected("pip/unknown-option", r"ambiguous option", {"option": "--no"})]
    )


@scenario("pip/bad-option-value", versions=["20.3.4", "23.2.1", "25.3", "newest"])
def old_feature(lab: Lab) -> Failure:
    captures = {"option": "--use-feature", "value": "in-tree-build"}
    expected = Expected("pip/bad-option-value", r"option --use-feature: invalid choice", captures)
    command = install(lab, "--use-feature", "in-tree-build", "demo")
    without = "without-command"
    return refused(command, expected, without, without=lambda run: run.less("--use-feature", "in-tree-build"))


@scenario("pip/bad-option-value", renderings=["pipe"])
def no_number(lab: Lab) -> Failure:
    expected = Expected("pip/bad-option-value", r"option --timeout: invalid", {"option": "--timeout", "value": "soon"})
    return refused(install(lab, "--timeout", "soon", "demo"), expected, correct=lambda run: run.replaced("soon", "9"))


@scenario("pip/bad-option-value", renderings=["pipe"])
def option_without_value(lab: Lab) -> Failure:
    return Failure(
        lab.pip("install", "-r"), [Expected("pip/bad-option-value", r"-r option requires", {"option": "-r"})]
    )


@scenario("pip/no-requirement-given")
def nothing_to_install(lab: Lab) -> Failure:
    expected = Expected("pip/no-requirement-given", r"ERROR: You must give at least one", {"name": "install"})
    lab.write("requirements.txt", "demo\n")
    return refused(install(lab), expected, "project-command", name=lambda run: run.plus("demo"))


@scenario("pip/path-not-installable")
def folder_without_project(lab: Lab) -> Failure:
    lab.write("sub/requirements.txt", "")
    expected = Expected("pip/path-not-installable", r"ERROR: Directory .* is not installable", {"path": "./sub"})
    return Failure(
        lab.pip("install", "./sub"),
        [expected],
        tries={
            "editable": fails(lambda run: run.plus("-e", before="./sub")),
            "no-deps": fails(lambda run: run.plus("--no-deps")),
        },
        fixes={"requirements-command": True},
    )


@scenario("pip/path-not-installable", renderings=["pipe"])
def editable_folder_without_project(lab: Lab) -> Failure:
    expected = Expected("pip/path-not-installable", r"ERROR: .*(?:does not appear to be|setup\.py\" not found)")
    return Failure(lab.pip("install", "-e", "."), [expected])


@scenario("pip/editable-not-a-path")
def editable_name(lab: Lab) -> Failure:
    return Failure(
        install(lab, "-e", "demo"),
        [Expected("pip/editable-not-a-path", r"ERROR: demo is not a valid editable", {"requirement": "demo"})],
        tries={"plain": helps(lambda run: run.less("-e")), "no-deps": fails(lambda run: run.plus("--no-deps"))},
        fixes={"plain-command": True},
    )


@scenario("pip/vcs-without-name")
def editable_repository(lab: Lab) -> Failure:
    url = "git+https://git.example.com/demo.git"
    return Failure(
        lab.pip("install", "-e", url),
        [Expected("pip/vcs-without-name", r"ERROR: Could not detect requirement name", {"url": url})],
        tries={"no-deps": fails(lambda run: run.plus("--no-deps"))},
    )


@scenario("pip/options-exclude-each-other")
def two_places(lab: Lab) -> Failure:
    expected = Expected("pip/options-exclude-each-other", r"ERROR: Can not combine")
    command = install(lab, "--user", "--target", "lib", "demo")
    return refused(command, expected, "without-user-command", leave_one=lambda run: run.less("--user"))


@scenario("pip/options-exclude-each-other", renderings=["pipe"])
def other_platform(lab: Lab) -> Failure:
    expected = Expected("pip/options-exclude-each-other", r"ERROR: When restricting platform")
    command = install(lab, "--platform", "win_amd64", "--target", "lib", "demo")
    return refused(command, expected, only_binary=lambda run: run.plus("--only-binary=:all:"))


@scenario("pip/misplaced-python-option", versions=">=23")
def python_behind_command(lab: Lab) -> Failure:
    expected = Expected("pip/misplaced-python-option", r"ERROR: The --python option must be placed before")
    return Failure(install(lab, "--python", ".venv", "demo"), [expected])


def configured(lab: Lab, content: str | bytes, expected: Expected, fix: str = "") -> Failure:
    """A configuration file that pip does not understand; `pip list` needs no network."""
    lab.write(lab.root / CONFIGURATION, content)
    tries = {"no-cache-dir": fails(lambda run: run.plus("--no-cache-dir"))}
    return Failure(lab.pip("list"), [expected], tries, fixes={fix: True} if fix else {})


def config(name: str, telling: str, captures: Mapping[str, str]) -> Expected:
    return Expected(f"pip/config-{name}", telling, captures)


@scenario("pip/config-no-section")
def no_section(lab: Lab) -> Failure:
    expected = config("no-section", r"File contains no section headers", {**CONFIGURED, "line": "1"})
    return configured(lab, "timeout = 5\n", expected, "add-section")


@scenario("pip/config-no-section", renderings=["pipe"])
def byte_order_mark(lab: Lab) -> Failure:
    expected = config("no-section", r"File contains no section headers", {**CONFIGURED, "line": "1"})
    return configured(lab, "\ufeff[global]\ntimeout = 5\n", expected, "add-section")


@scenario("pip/config-repeated")
def repeated_key(lab: Lab) -> Failure:
    captures = {**CONFIGURED, "line": "3", "option": "timeout"}
    made = configured(
        lab,
        "[global]\ntimeout = 5\ntimeout = 6\n",
        config("repeated", r"While reading from .*option 'timeout'", captures),
    )
    return Failure(made.command, made.expected, made.tries, fixes={"remove-repeated": True})


@scenario("pip/config-repeated", renderings=["pipe"])
def repeated_section(lab: Lab) -> Failure:
    captures = {**CONFIGURED, "line": "3", "option": "global"}
    text = "[global]\ntimeout = 5\n[global]\nretries = 2\n"
    return configured(lab, text, config("repeated", r"While reading from .*section 'global'", captures))


@scenario("pip/config-not-parsable")
def no_settings(lab: Lab) -> Failure:
    expected = config("not-parsable", r"(?:Source|File) contains parsing errors", CONFIGURED)
    return configured(lab, "[global]\nindex-url\nno colon\n", expected)


@scenario("pip/config-not-parsable", renderings=["pipe"])
def no_equals(lab: Lab) -> Failure:
    expected = config("not-parsable", r"(?:Source|File) contains parsing errors", CONFIGURED)
    return configured(lab, "[global]\ntimeout 60\nretries = 2\n", expected, "add-equals")


@scenario("pip/config-not-utf8")
def utf16(lab: Lab) -> Failure:
    expected = config("not-utf8", r"Configuration file contains invalid UTF-8", {**CONFIGURED, "value": "UTF-8"})
    return configured(lab, "[global]\ntimeout = 5\n".encode("utf-16"), expected)


@scenario("pip/config-bad-boolean")
def no_boolean(lab: Lab) -> Failure:
    captures = {"option": "require-virtualenv", "value": "maybe"}
    expected = config("bad-boolean", r"maybe is not a valid value for", captures)
    made = configured(lab, "[global]\nrequire-virtualenv = maybe\n", expected)
    return Failure(made.command, made.expected, made.tries, fixes={"remove": True})


@scenario("pip/config-bad-boolean", renderings=["pipe"])
def no_boolean_for_the_cache(lab: Lab) -> Failure:
    captures = {"option": "no-cache-dir", "value": "maybe"}
    expected = config("bad-boolean", r"--no-cache-dir error: invalid truth value", captures)
    return configured(lab, "[global]\nno-cache-dir = maybe\n", expected)


@scenario("pip/config-bad-value")
def no_number_in_file(lab: Lab) -> Failure:
    captures = {"option": "timeout", "value": "soon"}
    expected = config("bad-value", r"An error occurred during configuration: option timeout", captures)
    made = configured(lab, "[global]\ntimeout = soon\n", expected)
    return Failure(made.command, made.expected, made.tries, fixes={"remove": True})


@scenario("pip/config-bad-value", renderings=["pipe"])
def no_number_in_variable(lab: Lab) -> Failure:
    expected = config("bad-value", r"An error occurred during configuration", {"option": "timeout", "value": "soon"})
    return Failure(
        lab.pip("list", PIP_TIMEOUT="soon"), [expected], {"unset": helps(lambda run: run.having(PIP_TIMEOUT=None))}
    )


@scenario("pip/config-no-such-key")
def unset_key(lab: Lab) -> Failure:
    expected = config("no-such-key", r"ERROR: No such key", {"option": "global.nope"})
    return Failure(lab.pip("config", "get", "global.nope"), [expected])
