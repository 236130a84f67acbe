"""The generic lines that many failures of pip end in, where nothing else was said."""

from __future__ import annotations

from tests.lab.scenario import Expected, Failure, Lab, fails, scenario
from unstuck.demo.packages import wheel

NO_VERSION = "pip/could-not-find-version"
NO_MATCH = "pip/no-matching-distribution"


@scenario(NO_VERSION)
def unknown_name(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demmo"),
        [Expected(NO_VERSION, r"ERROR: Could not find a version", {"requirement": "demmo", "package": "demmo"})],
        tries={"no-cache-dir": fails(lambda run: run.plus("--no-cache-dir"))},
    )


@scenario(NO_VERSION, renderings=["pipe"])
def unknown_version(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), wheel("demo", "1.1"))
    lab.write("requirements.txt", "demo>=2\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(NO_VERSION, r"ERROR: Could not find a version", {"requirement": "demo>=2", "package": "demo"})],
        tries={"no-cache-dir": fails(lambda run: run.plus("--no-cache-dir"))},
    )


@scenario(NO_VERSION, renderings=["pipe"])
def unknown_dependency(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", requires=["helper<2,>=1"]), wheel("helper", "2.0"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo"),
        [Expected(NO_VERSION, r"ERROR: Could not find a version", {"package": "helper"})],
    )


@scenario(NO_MATCH, versions=">=22")
def unknown_to_index_versions(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        lab.pip("index", "versions", "--index-url", index.simple, "demmo"),
        [Expected(NO_MATCH, r"ERROR: No matching distribution", {"requirement": "demmo", "package": "demmo"})],
        tries={"no-cache-dir": fails(lambda run: run.plus("--no-cache-dir"))},
    )
