"""Wheels and archives: files that contradict themselves, do not fit, or are not what their name says."""

from __future__ import annotations

from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.packages import Distribution, metadata, sdist, wheel

UNSUPPORTED = "pip/wheel-not-supported"
INVALID = "pip/wheel-invalid"
FILE_NAME = "pip/wheel-invalid-filename"
MISSING = "pip/archive-not-found"
INCONSISTENT = "pip/metadata-inconsistent"
METADATA = "pip/metadata-invalid"
SDIST = "pip/archive-corrupt"
NOT_AN_ARCHIVE = "pip/archive-format-unknown"
EXTRA = "pip/missing-extra"
DIST_INFO = "pip/wheel-without-dist-info"

BROKEN = r"ERROR: Wheel 'demo' located at|BadZipFile: "
SETUP = "from setuptools import setup\nsetup(name='demo', version='1.0', py_modules=[])\n"


def local(lab: Lab, file: Distribution, id: str, telling: str, captures: dict[str, str] | None = None) -> Failure:
    """A file in the project, and a good one beside it."""
    lab.write(file.filename, file.content)
    good = wheel("demo", "1.0")
    lab.write(f"good/{good.filename}", good.content)
    return Failure(
        lab.pip("install", "--no-index", f"./{file.filename}"),
        [Expected(id, telling, captures or {})],
        tries={
            "good-file": helps(lambda run: run.replaced(f"./{file.filename}", f"./good/{good.filename}")),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
        },
    )


@scenario(UNSUPPORTED)
def other_platform(lab: Lab) -> Failure:
    file = wheel("demo", "1.0", tag="cp36-cp36m-win_amd64")
    return local(lab, file, UNSUPPORTED, "is not a supported wheel on this platform", {"path": file.filename})


@scenario(UNSUPPORTED)
def other_platform_by_url(lab: Lab) -> Failure:
    file = wheel("demo", "1.0", tag="cp36-cp36m-win_amd64")
    index = lab.index(file, wheel("demo", "1.0"))
    return Failure(
        lab.pip("install", index.file_url(file)),
        [Expected(UNSUPPORTED, "is not a supported wheel on this platform", {"path": file.filename})],
        tries={"from-index": helps(lambda _: lab.pip("install", "--index-url", index.simple, "demo"))},
    )


@scenario(INVALID)
def not_a_zip(lab: Lab) -> Failure:
    return local(
        lab, Distribution("demo", "demo-1.0-py3-none-any.whl", b"<html>not found</html>\n" * 20), INVALID, BROKEN
    )


@scenario(INVALID)
def cut_off(lab: Lab) -> Failure:
    whole = wheel("demo", "1.0", files={"demo.py": "x = 1\n" * 500})
    return local(lab, Distribution("demo", "demo-1.0-py3-none-any.whl", whole.content[:-200]), INVALID, BROKEN)


@scenario(INVALID)
def not_a_zip_from_index(lab: Lab) -> Failure:
    index = lab.index(Distribution("demo", "demo-1.0-py3-none-any.whl", b"<html>not found</html>\n" * 20))
    return Failure(lab.pip("install", "--index-url", index.simple, "demo"), [Expected(INVALID, BROKEN)])


@scenario(FILE_NAME)
def renamed(lab: Lab) -> Failure:
    good = wheel("demo", "1.0")
    return local(lab, Distribution("demo", "demo.whl", good.content), FILE_NAME, r"ERROR: .*wheel filename")


@scenario(FILE_NAME, versions=["23.2.1", "24.3.1"])
def downloaded_twice(lab: Lab) -> Failure:
    good = wheel("demo", "1.0")
    return local(
        lab, Distribution("demo", "demo-1.0-py3-none-any (1).whl", good.content), FILE_NAME, r"ERROR: .*wheel filename"
    )


@scenario(MISSING)
def no_such_wheel(lab: Lab) -> Failure:
    good = wheel("demo", "1.0")
    lab.write(f"good/{good.filename}", good.content)
    return Failure(
        lab.pip("install", "./demo-1.0-py3-none-any.whl", PIP_INDEX_URL=lab.index(good).simple),
        [
            Expected(
                MISSING, "looks like a filename, but the file does not exist", {"path": "./demo-1.0-py3-none-any.whl"}
            )
        ],
        tries={
            "good-file": helps(lambda run: run.replaced("./demo-1.0-py3-none-any.whl", f"./good/{good.filename}")),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
        },
        fixes={"by-name-command": True},
    )


@scenario(INCONSISTENT)
def other_version_inside(lab: Lab) -> Failure:
    file = wheel("demo", "1.0", metadata_text=metadata("demo", "2.0"))
    index = lab.index(file, wheel("demo", "0.9"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo==1.0"),
        [Expected(INCONSISTENT, "has inconsistent version|has different version", {"got": "2.0"})],
        tries={"other-version": helps(lambda run: run.replaced("demo==1.0", "demo==0.9"))},
    )


@scenario(INCONSISTENT, versions=">=24")
def other_name_inside(lab: Lab) -> Failure:
    file = wheel("demo", "1.0", metadata_text=metadata("other", "1.0"))
    index = lab.index(file, wheel("demo", "0.9"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo==1.0"),
        [Expected(INCONSISTENT, "has inconsistent name", {"expected": "demo", "got": "other"})],
        tries={"other-version": helps(lambda run: run.replaced("demo==1.0", "demo==0.9"))},
    )


@scenario(INCONSISTENT, packages=["setuptools==68.2.2", "wheel==0.42.0"], versions=">=22")
def sdist_of_other_version(lab: Lab) -> Failure:
    file = sdist("demo", "3.8.1", setup_py=SETUP.replace("1.0", "0.1.dev0"))
    index = lab.index(file, wheel("demo", "0.9"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "--no-build-isolation", "demo==3.8.1"),
        [Expected(INCONSISTENT, "has inconsistent version", {"expected": "3.8.1", "got": "0.1.dev0"})],
        tries={"other-version": helps(lambda run: run.replaced("demo==3.8.1", "demo==0.9"))},
    )


@scenario(METADATA, versions=">=24")
def invalid_requires_dist(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", requires=["helper (>=1.*)"]), wheel("demo", "0.9"), wheel("helper", "1.0"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo==1.0"),
        [
            Expected(
                METADATA, "WARNING: Ignoring version 1.0 of demo since it has invalid metadata", {"package": "demo"}
            )
        ],
        tries={"other-version": helps(lambda run: run.replaced("demo==1.0", "demo==0.9"))},
    )


@scenario(METADATA, versions=">=24")
def unparsable_requires_dist(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", requires=["helper => 1"]), wheel("demo", "0.9"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo==1.0"),
        [
            Expected(
                METADATA, "WARNING: Ignoring version 1.0 of demo since it has invalid metadata", {"package": "demo"}
            )
        ],
        tries={"other-version": helps(lambda run: run.replaced("demo==1.0", "demo==0.9"))},
    )


@scenario("pip/requires-python-invalid")
def invalid_requires_python(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", requires_python="3.6+"), wheel("demo", "0.9"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo==1.0"),
        [Expected("pip/requires-python-invalid", "has an invalid Requires-Python", {"package": "demo"})],
        exits=0,
        succeeded=lambda output: output.succeeded and "invalid Requires-Python" not in output.text,
        tries={"other-version": helps(lambda run: run.replaced("demo==1.0", "demo==0.9"))},
    )


@scenario(SDIST)
def sdist_not_gzip(lab: Lab) -> Failure:
    return local(
        lab, Distribution("demo", "demo-1.0.tar.gz", b"<html>not found</html>\n" * 20), SDIST, "tarfile.ReadError: "
    )


@scenario(SDIST)
def sdist_cut_off(lab: Lab) -> Failure:
    whole = sdist("demo", "1.0", setup_py=SETUP, files={"demo.bin": bytes(range(256)) * 50})
    return local(
        lab, Distribution("demo", "demo-1.0.tar.gz", whole.content[:-100]), SDIST, "EOFError: Compressed file ended"
    )


@scenario(NOT_AN_ARCHIVE)
def no_archive(lab: Lab) -> Failure:
    index = lab.index()
    index.page("/download/demo", b"just some bytes\n", "application/octet-stream")
    return Failure(
        lab.pip("install", index.url + "/download/demo"),
        [Expected(NOT_AN_ARCHIVE, "ERROR: Cannot unpack file")],
        tries={"no-cache-dir": fails(lambda run: run.plus("--no-cache-dir"))},
    )


@scenario(EXTRA)
def missing_extra(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", extras=["test"]))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo[tset]"),
        [Expected(EXTRA, "WARNING: demo 1.0 does not provide the extra 'tset'", {"package": "demo", "extra": "tset"})],
        exits=0,
        succeeded=lambda output: output.succeeded and "does not provide" not in output.text,
        tries={"right-extra": helps(lambda run: run.replaced("demo[tset]", "demo[test]"))},
    )


@scenario(DIST_INFO)
def no_dist_info(lab: Lab) -> Failure:
    file = wheel("demo", "1.0")
    other = wheel("other", "1.0", filename="demo-1.0-py2.py3-none-any.whl")
    return local(lab, Distribution("demo", file.filename, other.content), DIST_INFO, "dist-info")
