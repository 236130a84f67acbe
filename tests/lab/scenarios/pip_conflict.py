"""Conflicts: requirements that no set of versions satisfies, and what an installation leaves broken."""

from __future__ import annotations

from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.packages import wheel

IMPOSSIBLE = "pip/resolution-impossible"
CONSTRAINT = "pip/conflict-with-constraint"
INSTALLED = "pip/conflict-with-installed"
DOUBLE = "pip/double-requirement"
LONG = "pip/long-backtracking"
BAD_CONSTRAINT = "pip/invalid-constraint"

CANNOT = r"ERROR: Cannot install .*because these package versions have conflicting dependencies\."


@scenario(IMPOSSIBLE)
def user_against_dependency(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", requires=["helper<2"]), wheel("helper", "1.0"), wheel("helper", "2.0"))
    lab.write("requirements.txt", "demo==1.0\nhelper==2.0\n")
    loose = lab.write("loose.txt", "demo==1.0\nhelper\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(IMPOSSIBLE, CANNOT, {"package": "helper"})],
        tries={
            "loosen": helps(lambda run: run.replaced("requirements.txt", str(loose))),
            "no-deps": helps(lambda run: run.plus("--no-deps")),
            "force-reinstall": fails(lambda run: run.plus("--force-reinstall")),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
            "upgrade-flag": fails(lambda run: run.plus("--upgrade")),
        },
        fixes={"as-dependency": True},
        undo=lab.pip("uninstall", "--yes", "demo", "helper"),
    )


@scenario(IMPOSSIBLE)
def two_dependencies(lab: Lab) -> Failure:
    index = lab.index(
        wheel("first", "1.0", requires=["helper<2"]),
        wheel("second", "1.0", requires=["helper>=2"]),
        wheel("helper", "1.0"),
        wheel("helper", "2.0"),
    )
    return Failure(
        lab.pip("install", "--index-url", index.simple, "first", "second"),
        [Expected(IMPOSSIBLE, CANNOT)],
        tries={"upgrade-flag": fails(lambda run: run.plus("--upgrade"))},
    )


@scenario(IMPOSSIBLE)
def two_pins_of_one(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), wheel("demo", "2.0"))
    lab.write("requirements.txt", "demo==1.0\ndemo==2.0\n")
    one = lab.write("one.txt", "demo==2.0\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(IMPOSSIBLE, CANNOT, {"package": "demo"})],
        tries={"loosen": helps(lambda run: run.replaced("requirements.txt", str(one)))},
    )


@scenario(IMPOSSIBLE)
def nested(lab: Lab) -> Failure:
    index = lab.index(
        wheel("demo", "1.0", requires=["middle"]),
        wheel("middle", "1.0", requires=["helper==1.0"]),
        wheel("helper", "1.0"),
        wheel("helper", "2.0"),
    )
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo", "helper>=2"),
        [Expected(IMPOSSIBLE, CANNOT)],
    )


@scenario(CONSTRAINT, versions=">=22")
def constraint(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), wheel("demo", "2.0"))
    lab.write("constraints.txt", "demo<2\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-c", "constraints.txt", "demo==2.0"),
        [Expected(CONSTRAINT, CANNOT, {"package": "demo"})],
        tries={
            "change-constraint": helps(
                lambda run: run.replaced("constraints.txt", str(lab.write("other.txt", "demo<3\n")))
            ),
            "upgrade-flag": fails(lambda run: run.plus("--upgrade")),
        },
        fixes={"relax-constraint": True},
    )


@scenario(CONSTRAINT, versions=">=22")
def constraint_on_a_dependency(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", requires=["helper>=2"]), wheel("helper", "1.0"), wheel("helper", "2.0"))
    lab.write("constraints.txt", "helper==1.0\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-c", "constraints.txt", "demo"),
        [Expected(CONSTRAINT, CANNOT)],
        tries={"change-constraint": helps(lambda run: run.less("-c", "constraints.txt"))},
    )


@scenario(INSTALLED)
def breaks_what_is_installed(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", requires=["helper<2"]), wheel("helper", "1.0"), wheel("helper", "2.0"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "helper==2.0"),
        [Expected(INSTALLED, "ERROR: pip's dependency resolver does not currently take into account all the packages")],
        before=[lab.pip("install", "--index-url", index.simple, "demo")],
        tries={
            "together": helps(lambda run: [run, run.replaced("helper==2.0", "demo").plus("helper"), lab.pip("check")]),
            "again": fails(lambda run: [run, lab.pip("check")]),
        },
        exits=0,
    )


@scenario(INSTALLED)
def check(lab: Lab) -> Failure:
    index = lab.index(
        wheel("demo", "1.0", requires=["helper<2", "other"]),
        wheel("helper", "1.0"),
        wheel("helper", "2.0"),
        wheel("other", "1.0"),
    )
    return Failure(
        lab.pip("check"),
        [Expected(INSTALLED, "demo 1.0 requires other, which is not installed|demo 1.0 has requirement helper<2")],
        before=[
            lab.pip("install", "--index-url", index.simple, "--no-deps", "demo", "helper==2.0"),
        ],
        tries={"together": helps(lambda run: [lab.pip("install", "--index-url", index.simple, "demo"), run])},
    )


@scenario(INSTALLED)
def not_installed(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", requires=["other>=1"]), wheel("other", "1.0"))
    return Failure(
        lab.pip("check", PIP_INDEX_URL=index.simple),
        [Expected(INSTALLED, "demo 1.0 requires other, which is not installed", {"expected": "other"})],
        before=[lab.pip("install", "--index-url", index.simple, "--no-deps", "demo")],
        fixes={"install-missing": True},
    )


@scenario(DOUBLE, versions=["20.3.4", "22.0.4", "23.2.1", "24.3.1", "25.3"])
def double_requirement(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), wheel("demo", "2.0"))
    lab.write("requirements.txt", "demo==1.0\ndemo==2.0\n")
    one = lab.write("one.txt", "demo==2.0\n")
    return Failure(
        lab.pip("install", "--use-deprecated=legacy-resolver", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(DOUBLE, "ERROR: Double requirement given: demo==2.0", {"package": "demo"})],
        tries={"remove-one": helps(lambda run: run.replaced("requirements.txt", str(one)))},
        fixes={"remove-duplicate": True},
    )


@scenario(LONG, versions=">=23")
def backtracking(lab: Lab) -> Failure:
    many = [wheel("first", f"1.{n}", requires=[f"helper=={n}.0"]) for n in range(10, 30)]
    index = lab.index(*many, wheel("first", "0.9"), wheel("helper", "99.0"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "helper==99.0", "first"),
        [Expected(LONG, "INFO: This is taking longer than usual")],
        exits=0,
        succeeded=lambda output: output.succeeded and "taking longer than usual" not in output.text,
        tries={"narrow": helps(lambda run: run.replaced("first", "first<1"))},
    )


@scenario(IMPOSSIBLE)
def after_long_backtracking(lab: Lab) -> Failure:
    many = [wheel("first", f"1.{n}", requires=[f"helper=={n}.0"]) for n in range(10, 30)]
    index = lab.index(*many, wheel("helper", "99.0"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "helper==99.0", "first"),
        [Expected(IMPOSSIBLE, r"ERROR: Cannot install ", {"package": "helper"})],
        tries={"upgrade-flag": fails(lambda run: run.plus("--upgrade"))},
    )


@scenario(BAD_CONSTRAINT)
def constraint_with_extras(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", extras=["test"]))
    lab.write("constraints.txt", "demo[test]==1.0\n")
    plain = lab.write("plain.txt", "demo==1.0\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-c", "constraints.txt", "demo"),
        [Expected(BAD_CONSTRAINT, "Constraints cannot have extras")],
        tries={"plain-constraint": helps(lambda run: run.replaced("constraints.txt", str(plain)))},
        fixes={"drop-extras": True},
    )


@scenario(BAD_CONSTRAINT)
def editable_constraint(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    lab.write("lib/setup.py", "from setuptools import setup\nsetup(name='lib', version='1.0')\n")
    lab.write("constraints.txt", "-e ./lib\n")
    plain = lab.write("plain.txt", "demo==1.0\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-c", "constraints.txt", "demo"),
        [Expected(BAD_CONSTRAINT, "are not allowed as constraints")],
        tries={"plain-constraint": helps(lambda run: run.replaced("constraints.txt", str(plain)))},
    )


@scenario(BAD_CONSTRAINT)
def unnamed_constraint(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    lab.write("lib/setup.py", "from setuptools import setup\nsetup(name='lib', version='1.0')\n")
    lab.write("constraints.txt", "./lib\n")
    plain = lab.write("plain.txt", "demo==1.0\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-c", "constraints.txt", "demo"),
        [Expected(BAD_CONSTRAINT, "are not allowed as constraints")],
        tries={"plain-constraint": helps(lambda run: run.replaced("constraints.txt", str(plain)))},
    )
