"""uv where it may not write, in a Python that is not its own, with a lock that is out of date, and its builds."""

from __future__ import annotations

from tests.lab.execute import Command
from tests.lab.machine import (
    BIG,
    DEBIAN,
    mounted,
    read_only,
    root_and_unshare,
    site_packages,
    system_python,
    unprivileged,
)
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from tests.lab.scenarios.uv_commands import PROJECT
from tests.lab.servers import Plain
from unstuck.demo.packages import sdist, wheel

SETUP = "from setuptools import setup\nsetup(name='demo', version='1.0', py_modules=[])\n"
REFRESH = fails(lambda run: run.plus("--refresh"))


def install(lab: Lab, *options: str, **env: str | None) -> Command:
    index = lab.index(wheel("demo", "1.0", files=BIG))
    return lab.uv("pip", "install", "--index-url", index.simple, "demo", *options, **env)


@scenario("uv/externally-managed", tool="uv")
def debian(lab: Lab) -> Failure:
    python = system_python(lab, DEBIAN)
    run = install(lab, "--python", str(python))
    return Failure(
        run,
        [Expected("uv/externally-managed", "is externally managed")],
        tries={
            "uv-venv": helps(
                lambda run: [lab.uv("venv", "env", "--python", str(python)), run.replaced(str(python), "env")]
            ),
            "break": helps(lambda run: run.plus("--break-system-packages")),
            "user": fails(lambda run: run.plus("--user")),
        },
    )


@scenario("uv/permission-denied", tool="uv", needs=root_and_unshare)
def environment_of_somebody_else(lab: Lab) -> Failure:
    read_only(site_packages(lab))
    own = lab.home / "env"
    return Failure(
        unprivileged(install(lab)),
        [Expected("uv/permission-denied", r"Permission denied|Failed to install|Failed to create")],
        tries={
            "own": helps(lambda run: [lab.uv("venv", own), run.plus("--python", str(own))]),
            "refresh": REFRESH,
        },
    )


@scenario("uv/permission-denied", tool="uv", needs=root_and_unshare, renderings=["pipe"])
def cache_of_somebody_else(lab: Lab) -> Failure:
    read_only(lab.folder("cache"))
    return Failure(
        unprivileged(install(lab, UV_CACHE_DIR=str(lab.folder("cache")))),
        [Expected("uv/permission-denied", "Could not acquire lock")],
        tries={"own": helps(lambda run: run.having(UV_CACHE_DIR=str(lab.home / "cache")))},
    )


@scenario("uv/read-only-file-system", tool="uv", needs=root_and_unshare)
def read_only_environment(lab: Lab) -> Failure:
    mount = f'mount --bind "{lab.venv}" "{lab.venv}" && mount -o remount,ro,bind "{lab.venv}"'
    own = lab.home / "env"
    return Failure(
        mounted(install(lab), mount),
        [Expected("uv/read-only-file-system", "Read-only file system")],
        tries={
            "place": helps(lambda run: [lab.uv("venv", own), run.plus("--python", str(own))]),
            "refresh": REFRESH,
        },
    )


@scenario("uv/no-space-left", tool="uv", needs=root_and_unshare)
def full_cache(lab: Lab) -> Failure:
    cache = lab.folder("cache")
    return Failure(
        mounted(install(lab, UV_CACHE_DIR=str(cache)), f'mount -t tmpfs -o size=256k tmpfs "{cache}"'),
        [Expected("uv/no-space-left", "No space left")],
        tries={
            "free": helps(lambda run: run.having(UV_CACHE_DIR=str(lab.home / "cache"))),
            "refresh": REFRESH,
        },
    )


def project(lab: Lab) -> Command:
    """A project with a lock, whose dependencies were changed since."""
    index = lab.index(wheel("demo", "1.0"))
    lab.write("pyproject.toml", PROJECT)
    lab.env["UV_DEFAULT_INDEX"] = index.simple
    return lab.uv("lock")


@scenario("uv/lockfile-outdated", tool="uv")
def changed_since(lab: Lab) -> Failure:
    return Failure(
        lab.uv("sync", "--locked"),
        [Expected("uv/lockfile-outdated", "needs to be updated", {"option": "--locked"})],
        before=[
            project(lab),
            lab.command("sed", "-i", 's/dependencies = .*/dependencies = ["demo"]/', "pyproject.toml"),
        ],
        tries={"lock": helps(lambda run: [lab.uv("lock"), run])},
    )


@scenario("uv/lockfile-not-parsable", tool="uv")
def merge_conflict(lab: Lab) -> Failure:
    markers = "printf '<<<<<<< HEAD\\n=======\\n>>>>>>> topic\\n' >> uv.lock"
    return Failure(
        lab.uv("sync"),
        [Expected("uv/lockfile-not-parsable", "Failed to parse `uv.lock`")],
        before=[project(lab), lab.command("sh", "-c", markers)],
        tries={
            "lock": helps(lambda run: [lab.command("sed", "-i", "/^[<=>]\\{7\\}/d", "uv.lock"), lab.uv("lock"), run]),
            "refresh": REFRESH,
        },
    )


BACKEND = ("setuptools==68.2.2", "wheel==0.42.0")


@scenario("uv/build-dependency-missing", tool="uv")
def imports_a_module(lab: Lab) -> Failure:
    index = lab.index(
        sdist("demo", "1.0", setup_py="import cython\n" + SETUP),
        *(lab.real(*one.split("==")) for one in (*BACKEND, "cython==3.0.11")),
    )
    install = ("pip", "install", "--index-url", index.simple)
    extra = '[tool.uv.extra-build-dependencies]\ndemo = ["cython"]\n'
    return Failure(
        lab.uv(*install, "demo"),
        [Expected("uv/build-dependency-missing", "ModuleNotFoundError", {"module": "cython"})],
        tries={
            "extra-build": helps(lambda run: [lab.command("sh", "-c", f"echo '{extra}' > pyproject.toml"), run]),
            "no-isolation": helps(
                lambda run: [
                    lab.uv(*install, "cython", "setuptools", "wheel"),
                    run.plus("--no-build-isolation-package", "demo"),
                ]
            ),
            "refresh": REFRESH,
        },
    )


@scenario("uv/build-failed", tool="uv")
def build_says_nothing(lab: Lab) -> Failure:
    index = lab.index(
        sdist("demo", "1.0", setup_py="import sys; sys.exit(3)\n"), *(lab.real(*one.split("==")) for one in BACKEND)
    )
    return Failure(
        lab.uv("pip", "install", "--index-url", index.simple, "demo"),
        [Expected("uv/build-failed", "Failed to (?:download and )?build")],
    )


@scenario("uv/failed-to-fetch", tool="uv")
def not_http(lab: Lab) -> Failure:
    server = lab.serve(Plain(lambda connection: connection.sendall(b"220 mail.example.com ESMTP\r\n")))
    return Failure(
        lab.uv("pip", "install", "--index-url", f"http://localhost:{server.port}/simple/", "demo"),
        [Expected("uv/failed-to-fetch", "Failed to fetch")],
    )


@scenario("uv/no-solution", tool="uv")
def need_each_other(lab: Lab) -> Failure:
    index = lab.index(wheel("a", "1.0", requires=["b"]), wheel("b", "1.0", requires=["a>1"]))
    return Failure(
        lab.uv("pip", "install", "--index-url", index.simple, "a"), [Expected("uv/no-solution", "No solution found")]
    )
