"""The interpreter after the install: what it says of modules, names and files that are not there."""

from __future__ import annotations

from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario


@scenario("python/distribution-has-another-name", tool="python", versions=">=3.9")
def import_name(lab: Lab) -> Failure:
    lab.write("app.py", "import yaml\n")
    index = lab.index(lab.real("pyyaml", "6.0.2"))
    install = ("-m", "pip", "install", "--index-url", index.simple)
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/distribution-has-another-name", "No module named 'yaml'", {"module": "yaml"})],
        tries={
            "install-distribution": helps(lambda run: [lab.interpreter(*install, "pyyaml"), run]),
            "install-import-name": fails(lambda run: [lab.interpreter(*install, "yaml"), run]),
        },
    )


@scenario("python/module-not-found", tool="python")
def not_installed(lab: Lab) -> Failure:
    lab.write("app.py", "import livekit.agents\n")
    lab.write("livekit/__init__.py", "")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/module-not-found", "No module named 'livekit.agents'", {"module": "livekit.agents"})],
    )


@scenario("python/standard-module-removed", tool="python", versions=">=3.12")
def removed_module(lab: Lab) -> Failure:
    lab.write("app.py", "import asyncore\n")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/standard-module-removed", "No module named 'asyncore'", {"module": "asyncore"})],
    )


@scenario("python/standard-name-removed", tool="python", versions=">=3.10")
def removed_name(lab: Lab) -> Failure:
    lab.write("app.py", "import collections\n\n\nclass Store(collections.MutableMapping):\n    pass\n")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/standard-name-removed", "no attribute 'MutableMapping'", {"name": "MutableMapping"})],
    )


@scenario("python/standard-name-removed", tool="python", versions=">=3.10")
def removed_name_imported(lab: Lab) -> Failure:
    lab.write("app.py", "from collections import Mapping\n")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/standard-name-removed", "cannot import name 'Mapping'", {"module": "collections"})],
    )


@scenario("python/cannot-import-name", tool="python", versions=">=3.8")
def other_version(lab: Lab) -> Failure:
    lab.write("app.py", "from templates import contextfilter\n")
    lab.write("templates.py", "pass_context = None\n")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/cannot-import-name", "cannot import name 'contextfilter'", {"name": "contextfilter"})],
    )


@scenario("python/circular-import", tool="python", versions=">=3.8")
def circle(lab: Lab) -> Failure:
    lab.write("first.py", "from second import b\n\na = 1\n")
    lab.write("second.py", "from first import a\n\nb = 2\n")
    return Failure(
        lab.interpreter("-c", "import first"),
        [Expected("python/circular-import", "partially initialized module 'first'", {"name": "a"})],
    )


@scenario("python/circular-import", tool="python", versions=">=3.8")
def hidden_module(lab: Lab) -> Failure:
    lab.write("random.py", "import random\n\nprint(random.randint(1, 6))\n")
    return Failure(
        lab.interpreter("random.py"),
        [Expected("python/circular-import", "has no attribute 'randint'", {"name": "randint"})],
    )


@scenario("python/shared-library-missing", tool="python")
def shared_object(lab: Lab) -> Failure:
    lab.write("app.py", "import ctypes\n\nctypes.CDLL('libfrobnicate.so.1')\n")
    return Failure(
        lab.interpreter("app.py"),
        [
            Expected(
                "python/shared-library-missing", "libfrobnicate.so.1: cannot open", {"library": "libfrobnicate.so.1"}
            )
        ],
    )


@scenario("python/cannot-open-script", tool="python")
def no_script(lab: Lab) -> Failure:
    lab.write("there/app.py", "print('here')\n")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/cannot-open-script", "can't open file", {"status": "2"})],
        tries={"right-folder": helps(lambda run: lab.interpreter("there/app.py"))},  # noqa: ARG005
    )


@scenario("python/print-statement", tool="python")
def print_statement(lab: Lab) -> Failure:
    lab.write("app.py", 'print "hello"\n')
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/print-statement", "SyntaxError: Missing parentheses", {"name": "print"})],
    )


@scenario("python/unicode-encode", tool="python")
def narrow_terminal(lab: Lab) -> Failure:
    lab.write("app.py", "print('\\u4f60\\u597d')\n")
    return Failure(
        lab.interpreter("app.py", PYTHONIOENCODING="ascii"),
        [Expected("python/unicode-encode", "codec can't encode", {"value": "ascii"})],
        tries={"utf8-mode": helps(lambda run: run.having(PYTHONIOENCODING="utf-8"))},
    )


@scenario("python/syntax-too-new", tool="python", versions="<3.10")
def newer_syntax(lab: Lab) -> Failure:
    lab.write("app.py", "import sys\n\nmatch sys.argv:\n    case _:\n        pass\n")
    return Failure(lab.interpreter("app.py"), [Expected("python/syntax-too-new", "SyntaxError: invalid syntax")])


@scenario("python/syntax-error", tool="python", versions=">=3.10")
def mistake(lab: Lab) -> Failure:
    lab.write("app.py", "def greet:\n    print('hello')\n")
    return Failure(lab.interpreter("app.py"), [Expected("python/syntax-error", "SyntaxError: ")])


@scenario("python/no-module-pip", tool="python")
def no_pip(lab: Lab) -> Failure:
    return Failure(
        lab.interpreter("-m", "pip", "--version"),
        [Expected("python/no-module-pip", "No module named pip")],
        before=[lab.interpreter("-m", "pip", "uninstall", "-y", "pip")],
    )
