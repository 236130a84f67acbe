"""pip's rarer ends: what it asks of other programs, files and services before it installs anything."""

from __future__ import annotations

from tests.lab.faults import content, status
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.packages import sdist, wheel

NO_SEARCH = """<?xml version='1.0'?>
<methodResponse><fault><value><struct>
<member><name>faultCode</name><value><int>-32500</int></value></member>
<member><name>faultString</name><value><string>RuntimeError: PyPI no longer supports 'pip search' (or XML-RPC search).
</string></value></member>
</struct></value></fault></methodResponse>
"""


@scenario("pip/search-not-supported")
def search(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).fault("/pypi*", content(NO_SEARCH, "text/xml"))
    return Failure(
        lab.pip("search", "--index", f"{index.url}/pypi", "demo"),
        [Expected("pip/search-not-supported", r"XMLRPC request failed", {"status": "-32500"})],
        tries={"index-versions": helps(lambda run: run.line(f"pip index versions demo -i {index.simple}"), ">=21.2")},
    )


@scenario("pip/show-not-installed")
def show(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        lab.pip("show", "demo"),
        [Expected("pip/show-not-installed", r"Package\(s\) not found", {"package": "demo"})],
        tries={"install": helps(lambda run: run.line(f"pip install -q -i {index.simple} demo && pip show demo"))},
    )


@scenario("pip/dependency-group-missing", versions=">=25.3")
def no_group(lab: Lab) -> Failure:
    lab.write("pyproject.toml", '[dependency-groups]\ntest = ["demo"]\n')
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "--group", "tset"),
        [Expected("pip/dependency-group-missing", r"\[dependency-groups\] resolution failed", {"name": "tset"})],
        tries={"right-group": helps(lambda run: run.replaced("tset", "test"))},
    )


@scenario("pip/dependency-group-missing", versions=">=25.3")
def no_groups(lab: Lab) -> Failure:
    lab.write("pyproject.toml", '[project]\nname = "app"\nversion = "1.0"\n')
    return Failure(
        lab.pip("install", "--index-url", lab.index(wheel("demo", "1.0")).simple, "--group", "test"),
        [Expected("pip/dependency-group-missing", r"\[dependency-groups\] table was missing")],
    )


@scenario("pip/vcs-tool-missing")
def no_mercurial(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        lab.pip(
            "install", "--index-url", index.simple, "hg+https://hg.example.com/demo#egg=demo", PATH=lab.without("hg")
        ),
        [Expected("pip/vcs-tool-missing", r"Cannot find command 'hg'", {"tool": "hg"})],
        tries={"release": helps(lambda run: run.replaced("hg+https://hg.example.com/demo#egg=demo", "demo"))},
    )


@scenario("pip/requirements-recursive", versions=">=24.3")
def includes_itself(lab: Lab) -> Failure:
    lab.write("requirements.txt", "demo\n-r requirements.txt\n")
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected("pip/requirements-recursive", r"recursively references itself")],
        tries={
            "remove-line": helps(lambda run: run.line(f"echo demo > r.txt; pip install -i {index.simple} -r r.txt"))
        },
    )


@scenario("pip/pyproject-build-system-invalid")
def no_build_requires(lab: Lab) -> Failure:
    lab.write("pyproject.toml", '[build-system]\nbuild-backend = "setuptools.build_meta"\n')
    return Failure(
        lab.pip("install", "--index-url", lab.index().simple, "."),
        [
            Expected(
                "pip/pyproject-build-system-invalid",
                r"error: missing-pyproject-build-system-requires|does not comply with PEP 518",
            )
        ],
        tries={"no-isolation": fails(lambda run: run.plus("--no-build-isolation"))},
    )


@scenario("pip/pyproject-build-system-invalid")
def build_requires_no_list(lab: Lab) -> Failure:
    lab.write("pyproject.toml", '[build-system]\nrequires = "setuptools"\n')
    return Failure(
        lab.pip("install", "--index-url", lab.index().simple, "."),
        [
            Expected(
                "pip/pyproject-build-system-invalid",
                r"error: invalid-pyproject-build-system-requires|does not comply with PEP 518",
            )
        ],
    )


@scenario("pip/egg-fragment-invalid", versions=("newest",))
def extras_in_the_fragment(lab: Lab) -> Failure:
    index = lab.index(sdist("demo", "1.0"))
    url = f"{index.url}/files/demo-1.0.tar.gz#egg=demo[full]==1.0"
    return Failure(
        lab.pip("install", "--index-url", index.simple, url),
        [Expected("pip/egg-fragment-invalid", r"error: invalid-egg-fragment")],
    )


@scenario("pip/pylock-invalid", versions=("newest",))
def lock_without_version(lab: Lab) -> Failure:
    lab.write("pylock.toml", 'created-by = "demo"\n')
    return Failure(
        lab.pip("install", "--index-url", lab.index().simple, "-r", "pylock.toml"),
        [Expected("pip/pylock-invalid", r"Invalid pylock file")],
    )


@scenario("pip/http-4xx")
def file_410(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).fault("/files/*", status(410, "Gone"))
    mirror = lab.index(wheel("demo", "1.0"))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo"),
        [Expected("pip/http-4xx", r"HTTP error 410", {"status": "410"})],
        tries={
            "other-index": helps(lambda run: run.replaced(index.simple, mirror.simple)),
            "retries": fails(lambda run: run.plus("--retries", "2")),
        },
    )


@scenario("pip/invalid-installed-package", versions=">=24.3")
def invalid_version_installed(lab: Lab) -> Failure:
    folder = next((lab.venv / "lib").glob("python*")) / "site-packages/demo-1.0.dist-info"
    text = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Dist: helper (>dev)\n"
    lab.write(folder / "METADATA", text)
    lab.write(folder / "RECORD", "demo-1.0.dist-info/METADATA,,\ndemo-1.0.dist-info/RECORD,,\n")
    index = lab.index(wheel("other", "1.0", requires=["demo"]))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "other"),
        [Expected("pip/invalid-installed-package", r"error: invalid-installed-package", {"package": "demo"})],
    )
