"""What uv's resolver cannot solve, in its own words; a terminal breaks its explanation at 80 columns."""

from __future__ import annotations

from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.packages import Distribution, sdist, wheel

HEADER = r"No solution found when resolving"


def install(lab: Lab, id: str, *arguments: str, files: list[Distribution], **captures: str) -> Failure:
    index = lab.index(*files)
    return Failure(
        lab.uv("pip", "install", "--index-url", index.simple, *arguments),
        [Expected(f"uv/{id}", HEADER, captures)],
        tries={"refresh": fails(lambda run: run.plus("--refresh"))},
    )


@scenario("uv/package-not-found", tool="uv")
def unknown_name(lab: Lab) -> Failure:
    return install(lab, "package-not-found", "demmo", files=[wheel("demo", "1.0")], package="demmo")


@scenario("uv/package-not-found", tool="uv")
def unknown_dependency(lab: Lab) -> Failure:
    demo = wheel("demo", "1.0", requires=["helper"])
    return install(lab, "package-not-found", "demo", files=[demo], package="helper")


@scenario("uv/package-not-found", tool="uv", renderings=["pipe"])
def no_index(lab: Lab) -> Failure:
    return Failure(
        lab.uv("pip", "install", "--no-index", "demo"), [Expected("uv/package-not-found", HEADER, {"package": "demo"})]
    )


@scenario("uv/no-such-version", tool="uv")
def impossible_pin(lab: Lab) -> Failure:
    return install(lab, "no-such-version", "demo==9", files=[wheel("demo", "1.0")], package="demo")


@scenario("uv/no-such-version", tool="uv")
def impossible_range(lab: Lab) -> Failure:
    files = [wheel("demo", "1.0"), wheel("demo", "1.1")]
    return install(lab, "no-such-version", "demo>=2,<3", files=files, package="demo")


@scenario("uv/no-such-version", tool="uv")
def dependency_without_version(lab: Lab) -> Failure:
    files = [wheel("demo", "1.0", requires=["helper<2"]), wheel("helper", "2.0")]
    return install(lab, "no-such-version", "demo", files=files, package="helper")


@scenario("uv/requires-another-python", tool="uv")
def future_python(lab: Lab) -> Failure:
    files = [wheel("demo", "2.0", requires_python=">=3.99"), wheel("demo", "1.0")]
    made = install(lab, "requires-another-python", "demo==2.0", files=files, requires_python=">=3.99")
    return Failure(
        made.command, made.expected, {**made.tries, "older": helps(lambda run: run.replaced("demo==2.0", "demo"))}
    )


@scenario("uv/no-matching-wheel", tool="uv")
def windows_only(lab: Lab) -> Failure:
    demo = wheel("demo", "2.0", tag="cp313-cp313-win_amd64")
    return install(lab, "no-matching-wheel", "demo", files=[demo], package="demo")


@scenario("uv/no-matching-wheel", tool="uv")
def old_python_only(lab: Lab) -> Failure:
    demo = wheel("demo", "2.0", tag="cp38-cp38-manylinux_2_17_x86_64")
    return install(lab, "no-matching-wheel", "demo", files=[demo], package="demo")


@scenario("uv/build-or-wheel-disabled", tool="uv")
def no_build(lab: Lab) -> Failure:
    return install(lab, "build-or-wheel-disabled", "--no-build", "demo", files=[sdist("demo", "1.0")], package="demo")


@scenario("uv/build-or-wheel-disabled", tool="uv")
def no_binary(lab: Lab) -> Failure:
    made = install(
        lab, "build-or-wheel-disabled", "--no-binary", ":all:", "demo", files=[wheel("demo", "1.0")], package="demo"
    )
    allow = helps(lambda run: run.less("--no-binary", ":all:"))
    return Failure(made.command, made.expected, {**made.tries, "allow": allow})


@scenario("uv/yanked", tool="uv")
def yanked(lab: Lab) -> Failure:
    made = install(lab, "yanked", "demo", files=[wheel("demo", "1.0", yanked="broken")], package="demo")
    return Failure(
        made.command, made.expected, {**made.tries, "pin": helps(lambda run: run.replaced("demo", "demo==1.0"))}
    )


@scenario("uv/conflict", tool="uv")
def dependencies(lab: Lab) -> Failure:
    files = [
        wheel("a", "1.0", requires=["helper<2"]),
        wheel("b", "1.0", requires=["helper>=2"]),
        wheel("helper", "1.0"),
        wheel("helper", "2.0"),
    ]
    return install(lab, "conflict", "a", "b", files=files)


@scenario("uv/conflict", tool="uv")
def direct(lab: Lab) -> Failure:
    files = [wheel("demo", "1.0"), wheel("demo", "2.0")]
    made = install(lab, "conflict", "demo==1.0", "demo==2.0", files=files, package="demo")
    return Failure(made.command, made.expected, {**made.tries, "relax": helps(lambda run: run.less("demo==2.0"))})
