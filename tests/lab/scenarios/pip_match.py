"""No match: what pip says where no file of the index will do for a requirement."""

from __future__ import annotations

from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.packages import sdist, wheel

NOTHING = "pip/could-not-find-version"
NO_SUCH_VERSION = "pip/no-such-version"
PRE_RELEASE = "pip/only-pre-releases"
PRE_OF_PIN = "pip/version-only-as-pre-release"
PYTHON = "pip/requires-another-python"
STANDARD_LIBRARY = "pip/standard-library-name"
IMPORT_NAME = "pip/import-name-as-distribution"
FILE_AS_NAME = "pip/requirements-file-as-name"
YANKED = "pip/yanked-version"
ONLY_YANKED = "pip/only-yanked-versions"

COULD_NOT = r"ERROR: Could not find a version that satisfies the requirement "
NO_MATCH = r"ERROR: No matching distribution found for "
IGNORED = r"ERROR: Ignored the following versions that require a different python version"


@scenario(NOTHING)
def typo(lab: Lab) -> Failure:
    index = lab.index(wheel("requests", "2.31.0"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "reqeusts"),
        [Expected(NOTHING, COULD_NOT + "reqeusts", {"package": "reqeusts"})],
        tries={
            "right-name": helps(lambda run: run.replaced("reqeusts", "requests")),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
            "upgrade-flag": fails(lambda run: run.plus("--upgrade")),
        },
    )


@scenario(NOTHING)
def not_on_this_index(lab: Lab) -> Failure:
    private = lab.index(wheel("other", "1.0"))
    public = lab.index(wheel("demo", "1.0"), name="127.0.0.1")
    return Failure(
        lab.pip("install", "--index-url", private.simple, "demo"),
        [Expected(NOTHING, COULD_NOT + "demo")],
        tries={"other-index": helps(lambda run: run.plus("--index-url", public.simple))},
    )


@scenario(NOTHING)
def no_wheel_for_this_platform(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", tag="cp36-cp36m-win_amd64"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo"),
        [Expected(NOTHING, COULD_NOT + "demo", {"package": "demo"})],
        tries={"no-cache-dir": fails(lambda run: run.plus("--no-cache-dir"))},
    )


@scenario(NOTHING)
def only_binary(lab: Lab) -> Failure:
    index = lab.index(sdist("demo", "1.0", setup_py="from setuptools import setup; setup(name='demo', version='1.0')"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "--only-binary", ":all:", "demo"),
        [Expected(NOTHING, COULD_NOT + "demo", {"package": "demo"})],
        tries={"upgrade-flag": fails(lambda run: run.plus("--upgrade"))},
    )


@scenario(NOTHING)
def no_binary(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "--no-binary", ":all:", "demo"),
        [Expected(NOTHING, COULD_NOT + "demo", {"package": "demo"})],
        tries={"allow-wheels": helps(lambda run: run.less("--no-binary", ":all:"))},
        fixes={"allow-wheels-command": True},
    )


@scenario(NOTHING)
def no_index(lab: Lab) -> Failure:
    folder = lab.folder("wheels")
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        lab.pip("install", "--no-index", "--find-links", str(folder), "demo"),
        [Expected(NOTHING, COULD_NOT + "demo", {"package": "demo"})],
        tries={"other-index": helps(lambda run: run.less("--no-index").plus("--index-url", index.simple))},
    )


@scenario(NOTHING)
def transitive(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", requires=["helper"]))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo"),
        [Expected(NOTHING, COULD_NOT + "helper", {"package": "helper"})],
    )


@scenario("pip/no-matching-distribution", versions=">=21.2")
def index_versions(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        lab.pip("index", "versions", "--index-url", index.simple, "dmeo"),
        [Expected("pip/no-matching-distribution", NO_MATCH + "dmeo", {"package": "dmeo"})],
        tries={"right-name": helps(lambda run: run.replaced("dmeo", "demo"))},
    )


@scenario(NO_SUCH_VERSION, versions=">=22")
def impossible_pin(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), wheel("demo", "1.1"), wheel("demo", "2.0"))
    lab.write("requirements.txt", "demo==3.0\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(NO_SUCH_VERSION, COULD_NOT + "demo==3.0", {"requirement": "demo==3.0", "versions": "1.0, 1.1, 2.0"})],
        tries={
            "existing-version": helps(
                lambda run: run.replaced("requirements.txt", str(lab.write("other.txt", "demo==2.0\n")))
            ),
            "upgrade-flag": fails(lambda run: run.plus("--upgrade")),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
        },
        fixes={"pin-nearest": True},
    )


@scenario(NO_SUCH_VERSION, versions=">=22")
def impossible_range(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), wheel("demo", "1.1"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo>=4"),
        [Expected(NO_SUCH_VERSION, COULD_NOT + "demo>=4", {"requirement": "demo>=4", "versions": "1.0, 1.1"})],
        tries={"existing-version": helps(lambda run: run.replaced("demo>=4", "demo>=1.1"))},
    )


@scenario(NO_SUCH_VERSION, versions=">=22")
def impossible_dependency(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", requires=["helper>=5"]), wheel("helper", "1.0"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo"),
        [Expected(NO_SUCH_VERSION, COULD_NOT + "helper>=5", {"requirement": "helper>=5", "versions": "1.0"})],
    )


@scenario(NO_SUCH_VERSION, versions=">=23.2", python="3.11")
def impossible_pin_beside_other_pythons(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), wheel("demo", "2.0", requires_python=">=3.99"))
    index.add(*(wheel("demo", version) for version in ("1.1", "1.2")))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo==7.5"),
        [Expected(NO_SUCH_VERSION, COULD_NOT + "demo==7.5", {"requirement": "demo==7.5"})],
        tries={"existing-version": helps(lambda run: run.replaced("demo==7.5", "demo==1.2"))},
    )


@scenario(PRE_RELEASE, versions=["22.0.4", "23.2.1", "24.3.1", "25.3"])
def pre_release(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), wheel("demo", "2.0rc1"))
    lab.write("requirements.txt", "demo>1.5\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(PRE_RELEASE, COULD_NOT + "demo>1.5", {"requirement": "demo>1.5", "package": "demo"})],
        tries={
            "pre": helps(lambda run: run.plus("--pre")),
            "upgrade-flag": fails(lambda run: run.plus("--upgrade")),
        },
        fixes={"allow-pre": True},
    )


@scenario(PRE_OF_PIN, versions=">=22")
def pre_release_of_the_pin(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), wheel("demo", "2.0b1"), wheel("demo", "2.0rc1"))
    lab.write("requirements.txt", "demo==2.0\n")
    named = lab.write("named.txt", "demo==2.0rc1\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(PRE_OF_PIN, COULD_NOT + "demo==2.0", {"version": "2.0", "got": "2.0rc1"})],
        tries={
            "name-it": helps(lambda run: run.replaced("requirements.txt", str(named))),
            "pre": fails(lambda run: run.plus("--pre")),
        },
        fixes={"pin-pre": True},
    )


@scenario(PYTHON, versions=">=23.2")
def another_python(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), wheel("demo", "2.0", requires_python=">=3.99"))
    lab.write("requirements.txt", "demo==2.0\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(PYTHON, IGNORED, {"requires_python": ">=3.99", "version": "2.0"})],
        tries={
            "older-version": helps(
                lambda run: run.replaced("requirements.txt", str(lab.write("other.txt", "demo==1.0\n")))
            ),
            "ignore-requires-python": helps(lambda run: run.plus("--ignore-requires-python")),
            "upgrade-flag": fails(lambda run: run.plus("--upgrade")),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
        },
        fixes={"pin-nearest": True},
    )


@scenario(PYTHON, versions=">=23.2")
def only_other_pythons(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", requires_python="<3"), wheel("demo", "2.0", requires_python=">=3.99"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo"),
        [Expected(PYTHON, IGNORED, {"package": "demo"})],
        tries={"upgrade-flag": fails(lambda run: run.plus("--upgrade"))},
    )


@scenario(PYTHON)
def package_for_another_python(lab: Lab) -> Failure:
    future = wheel("demo", "2.0", requires_python=">=3.99")
    index = lab.index(future)
    return Failure(
        lab.pip("install", index.file_url(future)),
        [
            Expected(
                PYTHON,
                r"ERROR: Package 'demo' requires a different Python: 3\.\d+\.\d+ not in '>=3.99'",
                {"package": "demo", "requires_python": ">=3.99"},
            )
        ],
        tries={"ignore-requires-python": helps(lambda run: run.plus("--ignore-requires-python"))},
    )


@scenario(STANDARD_LIBRARY)
def standard_library(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "sqlite3"),
        [Expected(STANDARD_LIBRARY, COULD_NOT + "sqlite3", {"package": "sqlite3"})],
        tries={
            "import-it": helps(lambda _: lab.interpreter("-c", "import sqlite3")),
            "upgrade-flag": fails(lambda run: run.plus("--upgrade")),
        },
    )


@scenario(STANDARD_LIBRARY)
def standard_library_in_a_file(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    lab.write("requirements.txt", "demo\nsqlite3\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(STANDARD_LIBRARY, COULD_NOT + "sqlite3", {"package": "sqlite3"})],
        fixes={"remove-line": True},
    )


@scenario(IMPORT_NAME)
def import_name(lab: Lab) -> Failure:
    index = lab.index(wheel("opencv-python", "4.9.0"))
    lab.write("requirements.txt", "cv2\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(IMPORT_NAME, COULD_NOT + "cv2", {"package": "cv2"})],
        tries={"right-name": helps(lambda _: lab.pip("install", "--index-url", index.simple, "opencv-python"))},
        fixes={"rename": True},
    )


@scenario(FILE_AS_NAME)
def requirements_file_as_name(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    lab.write("requirements.txt", "demo\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "requirements.txt"),
        [Expected(FILE_AS_NAME, r"requirements\.txt")],
        tries={"dash-r": helps(lambda run: run.replaced("requirements.txt", "-rrequirements.txt"))},
        fixes={"dash-r-command": True},
    )


@scenario(YANKED)
def yanked(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", yanked="breaks on Mondays"), wheel("demo", "0.9"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo==1.0"),
        [Expected(YANKED, "The candidate selected for download or install is a yanked version", {"package": "demo"})],
        tries={"other-version": helps(lambda run: run.replaced("demo==1.0", "demo<1.0"))},
        exits=0,
    )


@scenario(ONLY_YANKED, versions=">=24")
def only_yanked(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), wheel("demo", "2.0", yanked="broken"))
    lab.write("requirements.txt", "demo>=2.0\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(ONLY_YANKED, r"ERROR: Ignored the following yanked versions: 2.0", {"version": "2.0"})],
        tries={
            "pin-it": helps(lambda run: run.replaced("requirements.txt", str(lab.write("pinned.txt", "demo==2.0\n")))),
            "older": helps(lambda run: run.replaced("requirements.txt", str(lab.write("older.txt", "demo>=1.0\n")))),
        },
        fixes={"pin-nearest": True},
    )
