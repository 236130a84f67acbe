"""What pip meets on the machine: an environment that is not its own, permissions, disks, a PATH."""

from __future__ import annotations

import os
import shutil

from tests.lab.machine import (
    BIG,
    DEBIAN,
    MANAGED,
    mounted,
    outside,
    read_only,
    root_and_unshare,
    site_packages,
    system_python,
    unprivileged,
    without,
)
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.packages import wheel

EXTERNALLY = "pip/externally-managed-environment"
PERMISSION = "pip/permission-denied"
READ_ONLY = "pip/read-only-file-system"
NO_SPACE = "pip/no-space-left"
CACHE = "pip/cache-not-writable"
ROOT = "pip/running-as-root"
OFF_PATH = "pip/script-not-on-path"
USER_IN_VENV = "pip/user-install-in-virtualenv"
NEEDS_VENV = "pip/no-active-virtualenv"


@scenario(EXTERNALLY, versions=">=23.1")
def debian(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    python = system_python(lab, DEBIAN)
    shutil.rmtree(lab.venv)
    install = outside(lab, python, "install", "--index-url", index.simple, "demo")
    return Failure(
        install,
        [Expected(EXTERNALLY, r"error: externally-managed-environment")],
        tries={
            "venv": helps(
                lambda run: [
                    lab.command(python, "-m", "venv", "--without-pip", "env"),
                    outside(lab, python, "--python", "env/bin/python", *run.argv[3:]),
                ]
            ),
            "break-system-packages": helps(lambda run: run.plus("--break-system-packages")),
            "user": fails(lambda run: run.plus("--user")),
            "upgrade-pip": fails(lambda run: run.plus("--upgrade", "--no-cache-dir")),
        },
        fixes={"create-venv": True, "break": True},
    )


@scenario(EXTERNALLY, versions=">=23.1", renderings=["pipe"])
def managed_by_others(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    python = system_python(lab, MANAGED)
    return Failure(
        outside(lab, python, "install", "--index-url", index.simple, "demo"),
        [Expected(EXTERNALLY, r"error: externally-managed-environment")],
    )


@scenario(EXTERNALLY, versions=">=23.1", renderings=["pipe"])
def managed_uninstall(lab: Lab) -> Failure:
    python = system_python(lab, DEBIAN)
    return Failure(
        outside(lab, python, "uninstall", "--yes", "pip"),
        [Expected(EXTERNALLY, r"error: externally-managed-environment")],
    )


@scenario(PERMISSION, needs=root_and_unshare)
def environment_of_somebody_else(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    packages = site_packages(lab)
    read_only(packages)
    return Failure(
        unprivileged(lab.pip("install", "--index-url", index.simple, "demo")),
        [Expected(PERMISSION, r"ERROR: Could not install packages due to an \w+Error: \[Errno 13\]")],
        tries={
            "own-environment": helps(
                lambda run: [
                    lab.command(lab.venv / "bin/python", "-m", "venv", "--without-pip", lab.home / "env"),
                    run.plus("--prefix", str(lab.home / "env")),
                ]
            ),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
        },
    )


@scenario(PERMISSION, needs=root_and_unshare, renderings=["pipe"])
def system_folder(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", scripts={"demo": "demo:main"}))
    python = system_python(lab)
    shutil.rmtree(lab.venv)
    read_only(python.parent)
    return Failure(
        unprivileged(outside(lab, python, "install", "--index-url", index.simple, "demo")),
        [Expected(PERMISSION, r"ERROR: Could not install packages due to an \w+Error: \[Errno 13\]")],
        fixes={"create-venv": True},
    )


@scenario(PERMISSION, needs=root_and_unshare, renderings=["pipe"])
def target_folder(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    folder = lab.folder("lib")
    read_only(folder)
    return Failure(
        unprivileged(lab.pip("install", "--index-url", index.simple, "--target", folder, "demo")),
        [Expected(PERMISSION, r"^PermissionError: \[Errno 13\]")],
        tries={"other-target": helps(lambda run: run.replaced(str(folder), str(lab.home / "lib")))},
    )


@scenario(PERMISSION, needs=root_and_unshare, renderings=["pipe"])
def uninstall(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    packages = site_packages(lab)
    install = lab.pip("install", "--index-url", index.simple, "demo")
    locked = lab.command("sh", "-c", f'chmod 555 "{packages}"')
    return Failure(
        unprivileged(lab.pip("uninstall", "--yes", "demo")),
        [Expected(PERMISSION, r"^PermissionError: \[Errno 13\]")],
        before=[install, locked],
    )


@scenario(READ_ONLY, needs=root_and_unshare)
def read_only_environment(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    mount = f'mount --bind "{lab.venv}" "{lab.venv}" && mount -o remount,ro,bind "{lab.venv}"'
    target = str(lab.home / "lib")
    return Failure(
        mounted(lab.pip("install", "--index-url", index.simple, "demo"), mount),
        [Expected(READ_ONLY, r"ERROR: Could not install packages due to an \w+Error: \[Errno 30\]")],
        tries={
            "other-place": helps(lambda run: run.plus("--target", target)),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
        },
    )


@scenario(NO_SPACE, needs=root_and_unshare)
def full_target(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", files=BIG))
    folder = lab.folder("lib")
    return Failure(
        mounted(
            lab.pip("install", "--index-url", index.simple, "--prefix", folder, "demo"),
            f'mount -t tmpfs -o size=256k tmpfs "{folder}"',
        ),
        [Expected(NO_SPACE, r"No space left on device")],
        tries={
            "other-place": helps(lambda run: run.replaced(str(folder), str(lab.home / "lib"))),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
        },
    )


@scenario(NO_SPACE, needs=root_and_unshare, renderings=["pipe"])
def full_temporary_folder(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", files=BIG))
    folder = lab.root / "tmp"
    return Failure(
        mounted(
            lab.pip("install", "--no-cache-dir", "--index-url", index.simple, "demo"),
            f'mount -t tmpfs -o size=256k tmpfs "{folder}"',
        ),
        [Expected(NO_SPACE, r"No space left on device")],
        tries={"tmpdir": helps(lambda run: run.having(TMPDIR=str(lab.home)))},
    )


@scenario(CACHE, needs=root_and_unshare)
def foreign_cache(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    cache = lab.home / ".cache/pip"
    cache.mkdir(parents=True)
    os.chown(cache, 65534, 65534)
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo"),
        [Expected(CACHE, r"WARNING: The directory '/home/user/\.cache/pip")],
        tries={
            "own-it": helps(
                lambda run: [lab.command("chown", "-R", "0:0", str(cache)), run], succeeded=without("not owned")
            ),
            "no-cache-dir": helps(lambda run: run.plus("--no-cache-dir"), succeeded=without("not owned")),
        },
        fixes={"no-cache": True},
        exits=0,
        succeeded=without("not owned"),
    )


@scenario(ROOT, versions=">=22", needs=root_and_unshare)
def as_root(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    python = system_python(lab)
    quiet = without("Running pip as the 'root' user")
    return Failure(
        outside(lab, python, "install", "--index-url", index.simple, "demo"),
        [Expected(ROOT, r"WARNING: Running pip as the 'root' user")],
        tries={
            "venv": helps(lambda run: lab.pip(*run.argv[3:]), succeeded=quiet),
            "root-user-action": helps(lambda run: run.plus("--root-user-action=ignore"), ">=22.1", succeeded=quiet),
            "user": fails(lambda run: run.plus("--user"), succeeded=quiet),
        },
        fixes={"create-venv": True, "ignore": ">=22.1"},
        exits=0,
        succeeded=quiet,
    )


@scenario(OFF_PATH, versions=["20.3.4", "23.2.1", "24.3.1", "25.3", "newest"])
def script_elsewhere(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", scripts={"demo": "demo:main"}))
    python = system_python(lab)
    quiet = without("is not on PATH")
    path = f"{lab.home}/.local/bin:{lab.env['PATH']}"
    install = outside(
        lab, python, "install", "--user", "--index-url", index.simple, "demo", PIP_ROOT_USER_ACTION="ignore"
    )
    return Failure(
        install,
        [Expected(OFF_PATH, r"WARNING: The script demo is installed in", {"path": "/home/user/.local/bin"})],
        tries={
            "path": helps(lambda run: run.having(PATH=path), succeeded=quiet),
            "no-warning": helps(lambda run: run.plus("--no-warn-script-location"), succeeded=quiet),
            "reinstall": fails(lambda run: run.plus("--force-reinstall"), succeeded=quiet),
        },
        fixes={"path-command": True},
        exits=0,
        succeeded=quiet,
    )


@scenario(OFF_PATH, renderings=["pipe"], versions=["20.3.4", "23.2.1", "24.3.1", "25.3", "newest"])
def scripts_elsewhere(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", scripts={"demo": "demo:main", "demo-admin": "demo:main"}))
    python = system_python(lab)
    return Failure(
        outside(lab, python, "install", "--user", "--index-url", index.simple, "demo", PIP_ROOT_USER_ACTION="ignore"),
        [Expected(OFF_PATH, r"WARNING: The scripts demo and demo-admin are", {"path": "/home/user/.local/bin"})],
        exits=0,
    )


@scenario(USER_IN_VENV)
def user_in_venv(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        lab.pip("install", "--user", "--index-url", index.simple, "demo", PIP_ROOT_USER_ACTION="ignore"),
        [Expected(USER_IN_VENV, r"ERROR: Can not perform a '--user' install")],
        tries={
            "without-user": helps(lambda run: run.less("--user")),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
        },
        fixes={"without-user-command": True},
    )


@scenario(USER_IN_VENV, renderings=["pipe"])
def user_in_the_configuration(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    lab.write(lab.home / ".config/pip/pip.conf", "[install]\nuser = true\n")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo", PIP_ROOT_USER_ACTION="ignore"),
        [Expected(USER_IN_VENV, r"ERROR: Can not perform a '--user' install")],
        fixes={"remove-user": True},
    )


@scenario(NEEDS_VENV)
def require_virtualenv(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    python = system_python(lab)
    run = outside(lab, python, "install", "--index-url", index.simple, "demo", PIP_REQUIRE_VIRTUALENV="1")
    return Failure(
        run,
        [Expected(NEEDS_VENV, r"ERROR: Could not find an activated virtualenv \(required\)")],
        tries={
            "venv": helps(lambda run: lab.pip(*run.argv[3:], PIP_REQUIRE_VIRTUALENV="1")),
            "not-required": helps(lambda run: run.having(PIP_REQUIRE_VIRTUALENV="0")),
            "user": fails(lambda run: run.plus("--user")),
        },
        fixes={"create-venv": True, "once": True},
    )
