"""Requirements files: lines that pip does not take, bytes that it cannot read, files that are not there."""

from __future__ import annotations

from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.packages import wheel

INVALID = "pip/invalid-requirement"
SINGLE_EQUALS = "pip/requirement-single-equals"
POETRY = "pip/requirement-poetry-operator"
STAR = "pip/requirement-wildcard"
QUOTED = "pip/requirement-quoted"
PATH = "pip/requirement-looks-like-path"
COMMAND = "pip/requirement-pip-command"
HTML = "pip/requirement-html-page"
MERGE = "pip/requirement-merge-marker"
CONDA = "pip/requirement-conda-export"
UTF16 = "pip/requirements-utf16"
ENCODING = "pip/requirements-encoding"
UNKNOWN_OPTION = "pip/requirements-unknown-option"
NOT_FOUND = "pip/requirements-file-not-found"
DIRECTORY = "pip/requirements-file-is-directory"
MARKER = "pip/invalid-marker"
BUILD_PATH = "pip/requirement-build-path"
NO_NAME = "pip/requirement-url-without-name"
GIT_ADDRESS = "pip/requirement-git-address"

LINE = "Invalid requirement: "
MARKER_LINE = r"InvalidMarker: |Invalid requirement: .*Expected a marker variable"


def line(
    lab: Lab,
    id: str,
    wrong: str,
    right: str | None,
    telling: str,
    captures: dict[str, str] | None = None,
    fixes: dict[str, bool | str] | None = None,
) -> Failure:
    """A requirements file with one wrong line, and the same with a right one in its place."""
    index = lab.index(wheel("demo", "1.0"), wheel("demo", "1.2.3"), wheel("other", "1.0"))
    lab.write("requirements.txt", f"other\n{wrong}\n")
    corrected = lab.write("corrected.txt", f"other\n{right}\n" if right else "other\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(id, telling, captures or {})],
        tries={
            "correct": helps(lambda run: run.replaced("requirements.txt", str(corrected))),
            **({"upgrade-flag": fails(lambda run: run.plus("--upgrade"))} if id == INVALID else {}),
        },
        fixes=fixes or {},
    )


@scenario(SINGLE_EQUALS)
def single_equals(lab: Lab) -> Failure:
    return line(
        lab, SINGLE_EQUALS, "demo=1.0", "demo==1.0", LINE + "'demo=1.0'", {"requirement": "demo=1.0"}, {"rewrite": True}
    )


@scenario(SINGLE_EQUALS)
def single_equals_on_the_command_line(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo=1.0"),
        [Expected(SINGLE_EQUALS, LINE + "'demo=1.0'", {"requirement": "demo=1.0"})],
        tries={"correct": helps(lambda run: run.replaced("demo=1.0", "demo==1.0"))},
    )


@scenario(INVALID)
def reversed_operator(lab: Lab) -> Failure:
    return line(
        lab, INVALID, "demo=>1.0", "demo>=1.0", LINE + "'demo=>1.0'", {"requirement": "demo=>1.0"}, {"rewrite": True}
    )


@scenario(INVALID)
def missing_comma(lab: Lab) -> Failure:
    return line(
        lab,
        INVALID,
        "demo>=1.0 <2",
        "demo>=1.0,<2",
        LINE + "'demo>=1.0 <2'",
        {"requirement": "demo>=1.0 <2"},
        {"rewrite": True},
    )


@scenario(INVALID)
def missing_operator(lab: Lab) -> Failure:
    return line(
        lab, INVALID, "demo 1.0", "demo==1.0", LINE + "'demo 1.0'", {"requirement": "demo 1.0"}, {"rewrite": True}
    )


@scenario(INVALID)
def two_on_a_line(lab: Lab) -> Failure:
    return line(lab, INVALID, "demo other", "demo", LINE + "'demo other'", {"requirement": "demo other"})


@scenario(INVALID)
def unicode_dash(lab: Lab) -> Failure:
    return line(lab, INVALID, "demo\u2013thing==1.0", "demo==1.0", LINE + "'demo\u2013thing==1.0'")


@scenario(INVALID)
def unclosed_extra(lab: Lab) -> Failure:
    return line(lab, INVALID, "demo[test==1.0", "demo==1.0", LINE + r"'demo\[test==1.0'")


@scenario(INVALID)
def only_a_colon(lab: Lab) -> Failure:
    return line(lab, INVALID, "demo: 1.0", "demo==1.0", LINE + "'demo: 1.0'", {}, {"rewrite": True})


@scenario(QUOTED)
def quoted(lab: Lab) -> Failure:
    return line(lab, QUOTED, '"demo==1.0"', "demo==1.0", LINE, {}, {"unquote": True})


@scenario(QUOTED)
def toml_list(lab: Lab) -> Failure:
    return line(lab, QUOTED, '"demo==1.0",', "demo==1.0", LINE, {})


@scenario(INVALID, versions="<24")
def trailing_comma(lab: Lab) -> Failure:
    return line(lab, INVALID, "demo==1.0,", "demo==1.0", LINE, {}, {"rewrite": True})


@scenario(POETRY)
def caret(lab: Lab) -> Failure:
    return line(
        lab, POETRY, "demo^1.0", "demo>=1.0,<2", LINE + r"'demo\^1.0'", {"requirement": "demo^1.0"}, {"rewrite": True}
    )


@scenario(POETRY)
def tilde(lab: Lab) -> Failure:
    return line(
        lab, POETRY, "demo~1.0", "demo~=1.0", LINE + r"'demo~1.0'", {"requirement": "demo~1.0"}, {"rewrite": True}
    )


@scenario(STAR, versions=">=24")
def star(lab: Lab) -> Failure:
    return line(lab, STAR, "demo>=1.*", "demo>=1", r"demo>=1\.\*", {}, {"rewrite": True})


@scenario(STAR)
def star_alone(lab: Lab) -> Failure:
    return line(lab, STAR, "demo==*", "demo", r"demo==\*", {}, {"rewrite": True})


@scenario(COMMAND)
def pip_command(lab: Lab) -> Failure:
    return line(lab, COMMAND, "pip install demo", "demo", LINE + "'pip install demo'", {}, {"drop-pip-install": True})


@scenario(COMMAND)
def pip_command_with_option(lab: Lab) -> Failure:
    return line(lab, COMMAND, "pip install -U demo", "demo", LINE + "pip install", {}, {"drop-pip-install": True})


@scenario(HTML)
def html_page(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    lab.write("requirements.txt", '<!DOCTYPE html>\n<html lang="en">\n<head><title>requirements</title></head>\n')
    right = lab.write("right.txt", "demo==1.0\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(HTML, LINE + "'<!DOCTYPE html>'")],
        tries={"right-file": helps(lambda run: run.replaced("requirements.txt", str(right)))},
    )


@scenario(MERGE)
def merge_marker(lab: Lab) -> Failure:
    wrong = "<<<<<<< HEAD\ndemo==1.0\n=======\ndemo==1.2.3\n>>>>>>> feature"
    return line(lab, MERGE, wrong, "demo==1.0", LINE + "'<<<<<<< HEAD'")


@scenario(CONDA)
def conda_export(lab: Lab) -> Failure:
    return line(lab, CONDA, "_libgcc_mutex=0.1=main\ndemo=1.0=py39h27cfd23_0", "demo==1.0", LINE + "'(?:_libgcc|demo)")


@scenario(CONDA)
def conda_yaml(lab: Lab) -> Failure:
    return line(
        lab, CONDA, "name: base\nchannels:\n  - defaults\ndependencies:\n  - demo=1.0", "demo", LINE + "'name: base'"
    )


@scenario(UTF16)
def utf16_without_mark(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    lab.write("requirements.txt", "demo==1.0\n".encode("utf-16-le"))
    right = lab.write("right.txt", "demo==1.0\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(UTF16, LINE)],
        tries={"save-as-utf8": helps(lambda run: run.replaced("requirements.txt", str(right)))},
    )


@scenario(ENCODING)
def latin1(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    lab.write("requirements.txt", "# f\u00fcr den Server\ndemo==1.0\n".encode("latin-1"))
    right = lab.write("right.txt", "# f\u00fcr den Server\ndemo==1.0\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(ENCODING, "UnicodeDecodeError")],
        tries={
            "save-as-utf8": helps(lambda run: run.replaced("requirements.txt", str(right))),
            "declare": helps(
                lambda run: run.replaced(
                    "requirements.txt",
                    str(
                        lab.write(
                            "declared.txt", "# -*- coding: latin-1 -*-\n# f\u00fcr\ndemo==1.0\n".encode("latin-1")
                        )
                    ),
                )
            ),
        },
        fixes={"to-utf8": True},
    )


@scenario(UNKNOWN_OPTION)
def unknown_option(lab: Lab) -> Failure:
    return line(
        lab, UNKNOWN_OPTION, "--user", None, "no such option: --user", {"option": "--user"}, {"remove-option": True}
    )


@scenario(UNKNOWN_OPTION)
def inline_option(lab: Lab) -> Failure:
    return line(
        lab,
        UNKNOWN_OPTION,
        "demo==1.0 --no-deps",
        "demo==1.0",
        "no such option: --no-deps",
        {"option": "--no-deps"},
        {"remove-option": True},
    )


@scenario(UNKNOWN_OPTION)
def upgrade_in_the_file(lab: Lab) -> Failure:
    return line(lab, UNKNOWN_OPTION, "demo -U", "demo", "no such option: -U", {"option": "-U"}, {"remove-option": True})


def absent(
    lab: Lab, *arguments: str, telling: str = "Could not open", path: str | None = None, fix: str = ""
) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    lab.write("nested.txt", "demo\n-r missing/base.txt\n")
    lab.write("requirements/base.txt", "demo\n")
    lab.write("app/requirements.txt", "demo\n")
    there = str(lab.project / "app/requirements.txt")
    return Failure(
        lab.pip("install", "--index-url", index.simple, *arguments),
        [Expected(NOT_FOUND, telling, {"path": path} if path else {})],
        tries={
            "right-path": helps(lambda _: lab.pip("install", "--index-url", index.simple, "-r", there)),
            "upgrade-flag": fails(lambda run: run.plus("--upgrade")),
        },
        fixes={fix: True} if fix else {},
    )


@scenario(NOT_FOUND)
def no_file(lab: Lab) -> Failure:
    telling = "Could not open requirements file"
    return absent(lab, "-r", "requirements.txt", telling=telling, path="requirements.txt", fix="right-path-command")


@scenario(NOT_FOUND)
def no_nested_file(lab: Lab) -> Failure:
    return absent(lab, "-r", "nested.txt", telling="Could not open requirements file", fix="correct-include")


@scenario(NOT_FOUND)
def no_constraints(lab: Lab) -> Failure:
    return absent(lab, "-c", "constraints.txt", "demo", path="constraints.txt")


@scenario(DIRECTORY)
def a_directory(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    lab.write("requirements/base.txt", "demo\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements"),
        [Expected(DIRECTORY, "Could not open requirements file: .*Is a directory", {"path": "requirements"})],
        tries={"name-file": helps(lambda run: run.replaced("requirements", "requirements/base.txt"))},
        fixes={"name-file-command": True},
    )


@scenario(MARKER)
def invalid_marker(lab: Lab) -> Failure:
    right = "demo==1.0; python_version < '3.99'"
    return line(lab, MARKER, "demo==1.0; python_verion < '3.99'", right, MARKER_LINE, {}, {"correct-marker": True})


@scenario(MARKER)
def marker_without_quotes(lab: Lab) -> Failure:
    right = "demo==1.0; python_version < '3.99'"
    return line(lab, MARKER, "demo==1.0; python_version < 3.99", right, MARKER_LINE, {}, {"correct-marker": True})


@scenario(INVALID, versions=">=24.1")
def invalid_version(lab: Lab) -> Failure:
    return line(lab, INVALID, "demo==1.0-final-2x", "demo==1.0", "1.0-final-2x")


@scenario(INVALID, versions=">=24.1")
def legacy_specifier(lab: Lab) -> Failure:
    return line(lab, INVALID, "demo>=dev", "demo>=1.0", "demo>=dev")


@scenario(BUILD_PATH)
def freeze_path(lab: Lab) -> Failure:
    wrong = "demo @ file:///croot/demo_1659783344/work"
    return line(
        lab,
        BUILD_PATH,
        wrong,
        "demo==1.0",
        "ERROR: Could not install packages due to an",
        {"path": "/croot/demo_1659783344/work"},
        {"drop-source": True},
    )


@scenario(NO_NAME)
def at_without_name(lab: Lab) -> Failure:
    demo = wheel("demo", "1.0")
    url = lab.index(demo).file_url(demo)
    return line(lab, NO_NAME, f" @ {url}", "demo", LINE, {}, {"name-it": True})


@scenario(GIT_ADDRESS)
def git_without_prefix(lab: Lab) -> Failure:
    telling = "Invalid requirement: |No connection adapters were found"
    return line(lab, GIT_ADDRESS, "demo @ git@git.example.com:someone/demo.git", "demo", telling)


@scenario(PATH)
def path_that_is_not(lab: Lab) -> Failure:
    return line(lab, PATH, "libs/demo==1.0", "demo==1.0", LINE)
