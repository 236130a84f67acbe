"""Hashes: requirements files whose hashes are wrong, missing or unusable."""

from __future__ import annotations

from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.packages import wheel

MISMATCH = "pip/hash-mismatch"
MISSING = "pip/hash-missing"
UNPINNED = "pip/hash-unpinned"
UNLISTED = "pip/hash-dependency-not-listed"
MALFORMED = "pip/hash-malformed"
UNVERIFIABLE = "pip/hash-unverifiable"
WRONG = "0123456789abcdef" * 4


@scenario(MISMATCH)
def requirements_file(lab: Lab) -> Failure:
    demo = wheel("demo", "1.0")
    index = lab.index(demo)
    lab.write("requirements.txt", f"demo==1.0 \\\n    --hash=sha256:{WRONG}\n")
    right = lab.write("right.txt", f"demo==1.0 --hash=sha256:{demo.sha256}\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(MISMATCH, "THESE PACKAGES DO NOT MATCH THE HASHES", {"expected": WRONG, "got": demo.sha256})],
        tries={
            "right-hash": helps(lambda run: run.replaced("requirements.txt", str(right))),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
            "no-deps": fails(lambda run: run.plus("--no-deps")),
        },
        fixes={"replace-hash": True},
    )


@scenario(MISMATCH)
def index_says_otherwise(lab: Lab) -> Failure:
    demo = wheel("demo", "1.0", digest=WRONG)
    index = lab.index(demo)
    mended = lab.index(wheel("demo", "1.0"), name="127.0.0.1")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo"),
        [Expected(MISMATCH, "DO NOT MATCH THE HASHES", {"expected": WRONG, "got": demo.sha256})],
        tries={
            "other-index": helps(lambda run: run.replaced(index.simple, mended.simple)),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
        },
    )


@scenario(MISSING)
def missing(lab: Lab) -> Failure:
    demo, helper = wheel("demo", "1.0"), wheel("helper", "1.0")
    index = lab.index(demo, helper)
    lab.write("requirements.txt", f"demo==1.0\nhelper==1.0 --hash=sha256:{helper.sha256}\n")
    whole = lab.write("all.txt", f"demo==1.0 --hash=sha256:{demo.sha256}\nhelper==1.0 --hash=sha256:{helper.sha256}\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [
            Expected(
                MISSING,
                "Hashes are required in --require-hashes mode",
                {"package": "demo", "hash": f"sha256:{demo.sha256}"},
            )
        ],
        tries={
            "add-hash": helps(lambda run: run.replaced("requirements.txt", str(whole))),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
        },
        fixes={"write-hash": True},
    )


@scenario(UNPINNED, versions=["20.3.4", "22.0.4", "23.2.1", "24.3.1", "25.3"])
def unpinned(lab: Lab) -> Failure:
    demo = wheel("demo", "1.0")
    index = lab.index(demo)
    lab.write("requirements.txt", f"demo>=1.0 --hash=sha256:{demo.sha256}\n")
    pinned = lab.write("pinned.txt", f"demo==1.0 --hash=sha256:{demo.sha256}\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [
            Expected(
                UNPINNED,
                "In --require-hashes mode, all requirements must have their versions pinned",
                {"requirement": "demo>=1.0"},
            )
        ],
        tries={
            "pin": helps(lambda run: run.replaced("requirements.txt", str(pinned))),
            "upgrade-flag": fails(lambda run: run.plus("--upgrade")),
        },
        fixes={"pin-version": True},
    )


@scenario(UNLISTED)
def unlisted_dependency(lab: Lab) -> Failure:
    demo, helper = wheel("demo", "1.0", requires=["helper>=1"]), wheel("helper", "1.0")
    index = lab.index(demo, helper)
    lab.write("requirements.txt", f"demo==1.0 --hash=sha256:{demo.sha256}\n")
    whole = lab.write("all.txt", f"demo==1.0 --hash=sha256:{demo.sha256}\nhelper==1.0 --hash=sha256:{helper.sha256}\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [
            Expected(
                UNLISTED,
                "In --require-hashes mode, all requirements must have their versions pinned",
                {"requirement": "helper>=1", "name": "demo==1.0"},
            )
        ],
        tries={
            "list-dependency": helps(lambda run: run.replaced("requirements.txt", str(whole))),
            "no-deps": helps(lambda run: run.plus("--no-deps")),
        },
    )


@scenario(MISSING)
def dependency_without_hash(lab: Lab) -> Failure:
    demo, helper = wheel("demo", "1.0", requires=["helper==1.0"]), wheel("helper", "1.0")
    index = lab.index(demo, helper)
    lab.write("requirements.txt", f"demo==1.0 --hash=sha256:{demo.sha256}\n")
    whole = lab.write("all.txt", f"demo==1.0 --hash=sha256:{demo.sha256}\nhelper==1.0 --hash=sha256:{helper.sha256}\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(MISSING, "Hashes are required in --require-hashes mode", {"package": "helper"})],
        tries={"add-hash": helps(lambda run: run.replaced("requirements.txt", str(whole)))},
    )


@scenario(MALFORMED)
def not_a_hash(lab: Lab) -> Failure:
    demo = wheel("demo", "1.0")
    index = lab.index(demo)
    lab.write("requirements.txt", f"demo==1.0 --hash={demo.sha256}\n")
    right = lab.write("right.txt", f"demo==1.0 --hash=sha256:{demo.sha256}\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(MALFORMED, "Arguments to --hash must be a hash name followed by a value")],
        tries={"right-hash": helps(lambda run: run.replaced("requirements.txt", str(right)))},
        fixes={"spell-hash": True},
    )


@scenario(MALFORMED)
def weak_algorithm(lab: Lab) -> Failure:
    demo = wheel("demo", "1.0")
    index = lab.index(demo)
    lab.write("requirements.txt", "demo==1.0 --hash=md5:d41d8cd98f00b204e9800998ecf8427e\n")
    right = lab.write("right.txt", f"demo==1.0 --hash=sha256:{demo.sha256}\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(MALFORMED, "Allowed hash algorithms for --hash are")],
        tries={"right-hash": helps(lambda run: run.replaced("requirements.txt", str(right)))},
    )


@scenario(UNVERIFIABLE)
def directory(lab: Lab) -> Failure:
    demo = wheel("demo", "1.0")
    index = lab.index(demo)
    lab.write("lib/setup.py", "from setuptools import setup\nsetup(name='lib', version='1.0')\n")
    lab.write("requirements.txt", f"./lib\ndemo==1.0 --hash=sha256:{demo.sha256}\n")
    without = lab.write("without.txt", f"demo==1.0 --hash=sha256:{demo.sha256}\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(UNVERIFIABLE, r"Can't verify hashes for these file:// requirements")],
        tries={"separate": helps(lambda run: run.replaced("requirements.txt", str(without)))},
    )


@scenario(UNVERIFIABLE, versions=">=24")
def repository(lab: Lab) -> Failure:
    demo = wheel("demo", "1.0")
    index = lab.index(demo)
    lab.write("requirements.txt", f"lib @ git+file://{lab.project}/lib\ndemo==1.0 --hash=sha256:{demo.sha256}\n")
    without = lab.write("without.txt", f"demo==1.0 --hash=sha256:{demo.sha256}\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected(UNVERIFIABLE, r"Can't verify hashes for these requirements")],
        tries={"separate": helps(lambda run: run.replaced("requirements.txt", str(without)))},
    )
