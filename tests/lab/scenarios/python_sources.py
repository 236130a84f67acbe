"""The interpreter and the code it reads: other Pythons' syntax and names, encodings, characters, paths."""

from __future__ import annotations

from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario

TOO_NEW = "python/syntax-too-new"


@scenario("python/print-statement", tool="python", renderings=["pipe"])
def except_comma(lab: Lab) -> Failure:
    lab.write("app.py", "try:\n    pass\nexcept KeyboardInterrupt, e:\n    pass\n")
    return Failure(lab.interpreter("app.py"), [Expected("python/print-statement", "SyntaxError: ")])


@scenario("python/print-statement", tool="python", versions=">=3.8", renderings=["pipe"])
def octal(lab: Lab) -> Failure:
    lab.write("app.py", "import os\n\nos.chmod('app.py', 0644)\n")
    return Failure(lab.interpreter("app.py"), [Expected("python/print-statement", "SyntaxError: leading zeros")])


@scenario(TOO_NEW, tool="python", versions="<3.8", renderings=["pipe"])
def walrus(lab: Lab) -> Failure:
    lab.write("app.py", "if (count := len('four')) > 3:\n    print(count)\n")
    return Failure(lab.interpreter("app.py"), [Expected(TOO_NEW, "SyntaxError: invalid syntax")])


@scenario("python/python2-name", tool="python")
def raw_input(lab: Lab) -> Failure:
    lab.write("app.py", "name = raw_input('Name? ')\n")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/python2-name", "NameError: ", {"name": "raw_input"})],
        tries={"new-name": helps(lambda run: (lab.write("app.py", "name = input\n"), run)[1])},
    )


@scenario("python/python2-name", tool="python", renderings=["pipe"])
def urllib2(lab: Lab) -> Failure:
    lab.write("app.py", "import urllib2\n")
    return Failure(lab.interpreter("app.py"), [Expected("python/python2-name", "No module named", {"name": "urllib2"})])


@scenario("python/python2-name", tool="python", renderings=["pipe"])
def iteritems(lab: Lab) -> Failure:
    lab.write("app.py", "for name, value in {}.iteritems():\n    pass\n")
    return Failure(
        lab.interpreter("app.py"), [Expected("python/python2-name", "has no attribute", {"name": "iteritems"})]
    )


@scenario("python/source-encoding", tool="python")
def latin1(lab: Lab) -> Failure:
    lab.write("app.py", "print('caf\u00e9')\n".encode("latin-1"))
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/source-encoding", "SyntaxError: ")],
        tries={
            "utf-8": helps(lambda run: (lab.write("app.py", "print(len('caf\u00e9'))\n"), run)[1]),
            "declare": helps(
                lambda run: [lab.command("sed", "-i", "1i # -*- coding: latin-1 -*-", "app.py", LC_ALL="C"), run]
            ),
        },
    )


@scenario("python/source-encoding", tool="python", versions=">=3.11", renderings=["pipe"])
def utf16(lab: Lab) -> Failure:
    lab.write("app.py", "print('x')\n".encode("utf-16-le"))
    return Failure(lab.interpreter("app.py"), [Expected("python/source-encoding", "null bytes")])


@scenario("python/invalid-character", tool="python")
def curly_quotes(lab: Lab) -> Failure:
    lab.write("app.py", "print(\u201chello\u201d)\n")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/invalid-character", "SyntaxError: invalid character")],
        tries={"retype": helps(lambda run: (lab.write("app.py", 'print("hello")\n'), run)[1])},
    )


@scenario("python/invalid-character", tool="python", versions=">=3.11", renderings=["pipe"])
def invisible(lab: Lab) -> Failure:
    lab.write("app.py", "value = 1\u200b\n")
    return Failure(
        lab.interpreter("app.py"), [Expected("python/invalid-character", "invalid non-printable", {"value": "U+200B"})]
    )


@scenario("python/windows-path-escape", tool="python")
def windows_path(lab: Lab) -> Failure:
    lab.write("app.py", 'path = "C:\\Users\\me"\n')
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/windows-path-escape", "'unicodeescape' codec", {"value": "2-3"})],
        tries={"raw": helps(lambda run: (lab.write("app.py", 'path = r"C:\\Users\\me"\n'), run)[1])},
    )


@scenario("python/merge-marker", tool="python")
def merge_marker(lab: Lab) -> Failure:
    lab.write("app.py", "<<<<<<< HEAD\nvalue = 1\n=======\nvalue = 2\n>>>>>>> topic\n")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/merge-marker", "SyntaxError: invalid syntax")],
        tries={"resolve": helps(lambda run: (lab.write("app.py", "value = 2\n"), run)[1])},
    )


@scenario("python/syntax-error", tool="python", renderings=["pipe"])
def argument_twice(lab: Lab) -> Failure:
    lab.write("app.py", "def save(path, path):\n    pass\n")
    return Failure(lab.interpreter("app.py"), [Expected("python/syntax-error", "SyntaxError: duplicate argument")])


@scenario("python/annotation-too-new", tool="python", versions="<3.10")
def union(lab: Lab) -> Failure:
    lab.write("app.py", "def size(path: str | None) -> int:\n    return 0\n")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/annotation-too-new", "TypeError: unsupported operand")],
        tries={
            "future": helps(
                lambda run: [lab.command("sed", "-i", "1i from __future__ import annotations", "app.py"), run],
                versions=">=3.7",
            )
        },
    )


@scenario("python/annotation-too-new", tool="python", versions="<3.9", renderings=["pipe"])
def generic(lab: Lab) -> Failure:
    lab.write("app.py", "def total(values: list[int]) -> int:\n    return sum(values)\n")
    return Failure(lab.interpreter("app.py"), [Expected("python/annotation-too-new", "is not subscriptable")])


@scenario("python/typing-name-too-new", tool="python", versions="<3.11")
def tomllib(lab: Lab) -> Failure:
    lab.write("app.py", "import tomllib\n")
    return Failure(
        lab.interpreter("app.py"), [Expected("python/typing-name-too-new", "No module named", {"name": "tomllib"})]
    )


@scenario("python/typing-name-too-new", tool="python", versions=">=3.7,<3.11", renderings=["pipe"])
def typing_self(lab: Lab) -> Failure:
    lab.write("app.py", "from typing import Self\n")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/typing-name-too-new", "ImportError: cannot import name", {"name": "Self"})],
    )


@scenario("python/unicode-encode", tool="python", renderings=["pipe"])
def ascii_output(lab: Lab) -> Failure:
    lab.write("app.py", "print('caf\\xe9')\n")
    return Failure(
        lab.interpreter("app.py", PYTHONIOENCODING="ascii"),
        [Expected("python/unicode-encode", "UnicodeEncodeError: ", {"value": "ascii"})],
    )


@scenario("python/unicode-encode", tool="python", renderings=["pipe"])
def surrogate(lab: Lab) -> Failure:
    lab.write("app.py", "print('\\udcc3')\n")
    return Failure(
        lab.interpreter("app.py", PYTHONIOENCODING="utf-8"),
        [Expected("python/unicode-encode", "surrogates not allowed")],
    )


@scenario("python/unicode-decode", tool="python", renderings=["pipe"])
def ascii_input(lab: Lab) -> Failure:
    lab.write("app.py", "print(b'caf\\xc3\\xa9'.decode('ascii'))\n")
    return Failure(
        lab.interpreter("app.py"), [Expected("python/unicode-decode", "UnicodeDecodeError: ", {"value": "ascii"})]
    )


@scenario("python/relative-import", tool="python")
def relative(lab: Lab) -> Failure:
    lab.write("demo/models.py", "User = None\n")
    lab.write("demo/app.py", "from .models import User\n")
    return Failure(
        lab.interpreter("demo/app.py"),
        [Expected("python/relative-import", "attempted relative import|'__main__' is not a package")],
        tries={
            "as-module": helps(lambda run: lab.interpreter("-m", "demo.app")),  # noqa: ARG005
            "init-file": fails(lambda run: (lab.write("demo/__init__.py", ""), run)[1]),
        },
    )


@scenario("python/name-not-defined", tool="python", versions=["3.8", "3.11", "3.13"])
def not_imported(lab: Lab) -> Failure:
    lab.write("app.py", "def middle(points) -> Tuple[float, float]:\n    return points[0]\n")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/name-not-defined", "NameError: ", {"name": "Tuple"})],
        tries={"import": helps(lambda run: [lab.command("sed", "-i", "1i from typing import Tuple", "app.py"), run])},
    )
