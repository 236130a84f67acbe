"""What pip meets on the machine: an environment that is not its own, permissions, disks, leftovers, a broken pip."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.lab.execute import Command, Output
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from tests.lab.tools import download, find_python
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
INVALID = "pip/invalid-distribution-ignored"
MAIN = "pip/cannot-import-main"
BROKEN = "pip/broken-pip"
TOO_NEW = "pip/too-new-for-this-python"
TOO_OLD = "pip/too-old-for-this-python"
NOT_FOUND = "pip/command-not-found"

DEBIAN = """[externally-managed]
Error=To install Python packages system-wide, try apt install
 python3-xyz, where xyz is the package you are trying to
 install.
"""
MANAGED = """[externally-managed]
Error=The system-wide Python installation is managed by its image.
"""


def root_and_unshare() -> str | None:
    """Full, read-only and foreign folders are made by mounting and by giving up what root may do."""
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("setpriv"):
        return "needs root, unshare and setpriv"
    return None


def unprivileged(command: Command) -> Command:
    """The command as somebody whom file permissions bind: root without its exemption from them."""
    drop = "--bounding-set=-dac_override,-dac_read_search,-fowner"
    setpriv = shutil.which("setpriv") or "setpriv"
    return replace(command, within=(setpriv, drop, *command.within))


def mounted(command: Command, mount: str) -> Command:
    """The command in a mount namespace of its own, after `mount`, a line of shell."""
    unshare = shutil.which("unshare") or "unshare"
    prefix = (unshare, "-m", "--propagation", "private", "sh", "-c", f'{mount} && exec "$@"', "sh")
    return replace(command, within=(*prefix, *command.within))


def system_python(lab: Lab, managed: str | None = None) -> Path:
    """An interpreter outside any virtual environment, with the scenario's pip: the lab's /usr."""
    real = find_python(lab.python)
    assert real is not None
    version = f"python{lab.python}"
    stdlib = next(
        folder
        for folder in (real.resolve().parent.parent / "lib" / version, Path("/usr/lib") / version)
        if folder.is_dir()
    )
    usr = lab.root / "usr"
    (usr / "bin").mkdir(parents=True)
    shutil.copy2(real.resolve(), usr / "bin/python3")
    library = usr / "lib" / version
    library.mkdir(parents=True)
    for entry in stdlib.iterdir():
        if entry.name not in ("site-packages", "EXTERNALLY-MANAGED", "sitecustomize.py"):
            (library / entry.name).symlink_to(entry)
    shutil.copytree(lab.venv / "lib" / version / "site-packages", library / "site-packages", symlinks=True)
    if managed is not None:
        (library / "EXTERNALLY-MANAGED").write_text(managed)
    return usr / "bin/python3"


def outside(lab: Lab, python: Path, *arguments: str, **env: str | None) -> Command:
    """pip of the system's interpreter, with no virtual environment active."""
    return lab.command(python, "-m", "pip", *arguments, VIRTUAL_ENV=None, **env)


def _without(words: str) -> Callable[[Output], bool]:
    """Success where the tool says no such thing: warnings do not change its exit code."""
    return lambda output: output.succeeded and words not in output.text


def site_packages(lab: Lab) -> Path:
    return next((lab.venv / "lib").glob("python*")) / "site-packages"


@scenario(EXTERNALLY, versions=">=23.1")
def debian(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    python = system_python(lab, DEBIAN)
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


def read_only(folder: Path) -> None:
    folder.chmod(0o555)


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
    read_only(python.parent)
    return Failure(
        unprivileged(outside(lab, python, "install", "--index-url", index.simple, "demo")),
        [Expected(PERMISSION, r"ERROR: Could not install packages due to an \w+Error: \[Errno 13\]")],
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


BIG = {"big.bin": os.urandom(600_000)}


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
                lambda run: [lab.command("chown", "-R", "0:0", str(cache)), run], succeeded=_without("not owned")
            ),
            "no-cache-dir": helps(lambda run: run.plus("--no-cache-dir"), succeeded=_without("not owned")),
        },
        fixes={"no-cache": True},
        exits=0,
        succeeded=_without("not owned"),
    )


@scenario(ROOT, versions=">=22", needs=root_and_unshare)
def as_root(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    python = system_python(lab)
    quiet = _without("Running pip as the 'root' user")
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
    quiet = _without("is not on PATH")
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


@scenario(INVALID, versions=["24.3.1", "newest"])
def leftovers(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    packages = site_packages(lab)
    lab.write(packages / "~emo-0.9.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 0.9\n")
    quiet = _without("WARNING: Ignoring")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo"),
        [Expected(INVALID, r"WARNING: Ignoring (?:invalid|incompletely removed) distribution")],
        tries={
            "remove": helps(lambda run: [lab.command("sh", "-c", f'rm -r "{packages}"/~*'), run], succeeded=quiet),
            "force-reinstall": fails(lambda run: run.plus("--force-reinstall"), succeeded=quiet),
        },
        exits=0,
        succeeded=quiet,
    )


OLD_SCRIPT = "import sys\nfrom pip import main\nif __name__ == '__main__':\n    sys.exit(main())\n"
INTERNAL_SCRIPT = "import sys\nfrom pip._internal import main\nsys.exit(main())\n"


@scenario(MAIN, versions=["20.3.4", "23.2.1"], renderings=["pipe"])
def old_script(lab: Lab) -> Failure:
    packages = site_packages(lab)
    # What the package manager left in /usr/bin: a script for a pip below 10, beside a newer one.
    init = packages / "pip/__init__.py"
    text = init.read_text()
    init.unlink()
    init.write_text(text.replace("def main(", "def not_main("))
    script = lab.write(lab.root / "usr/bin/pip", OLD_SCRIPT)
    return Failure(
        lab.interpreter(script, "--version"),
        [Expected(MAIN, r"ImportError: cannot import name 'main'")],
        tries={"module": helps(lambda _: lab.interpreter("-m", "pip", "--version"))},
    )


@scenario(BROKEN)
def half_removed(lab: Lab) -> Failure:
    packages = site_packages(lab)
    shutil.rmtree(packages / "pip/_internal/cli")
    return Failure(
        lab.pip("--version"),
        [
            Expected(
                BROKEN, r"ModuleNotFoundError: No module named 'pip\._internal\.cli'", {"module": "pip._internal.cli"}
            )
        ],
        tries={
            "ensurepip": helps(
                lambda _: [
                    lab.command("sh", "-c", f'rm -r "{packages}"/pip "{packages}"/pip-*'),
                    lab.interpreter("-m", "ensurepip", "--upgrade"),
                    lab.interpreter("-m", "pip", "--version"),
                ]
            ),
            "pip-upgrade": fails(lambda _: lab.interpreter("-m", "pip", "install", "--upgrade", "pip")),
        },
    )


@scenario(BROKEN, renderings=["pipe"])
def half_upgraded(lab: Lab) -> Failure:
    packages = site_packages(lab)
    module = packages / "pip/_internal/utils/misc.py"
    module.unlink()
    module.write_text("")
    return Failure(
        lab.pip("--version"),
        [Expected(BROKEN, r"ImportError: cannot import name '\w+' from 'pip\._internal")],
    )


def replace_pip(lab: Lab, version: str | None) -> Path:
    """Another pip in the environment, put there as somebody does who copies environments; its folder."""
    packages = site_packages(lab)
    for folder in packages.glob("pip*"):
        shutil.rmtree(folder)
    with zipfile.ZipFile(download("pip", version)) as archive:
        archive.extractall(packages)
    return packages


def again(lab: Lab, packages: Path) -> list[Command]:
    """The environment's own pip, from the interpreter, and then its version."""
    return [
        lab.command("sh", "-c", f'rm -r "{packages}"/pip "{packages}"/pip-*'),
        lab.interpreter("-m", "ensurepip", "--upgrade"),
        lab.interpreter("-m", "pip", "--version"),
    ]


@scenario(TOO_OLD, versions=["24.3.1", "newest"], python="3.12")
def old_pip(lab: Lab) -> Failure:
    packages = replace_pip(lab, "22.0.4")
    return Failure(
        lab.interpreter("-m", "pip", "--version"),
        [Expected(TOO_OLD, r"ModuleNotFoundError: No module named 'distutils'")],
        tries={
            "ensurepip": helps(lambda _: again(lab, packages)),
            "pip-upgrade": fails(lambda _: lab.interpreter("-m", "pip", "install", "--upgrade", "pip")),
        },
    )


@scenario(TOO_NEW, versions=["20.3.4"], python="3.6")
def new_pip_on_python_36(lab: Lab) -> Failure:
    packages = replace_pip(lab, None)
    return Failure(
        lab.interpreter("-m", "pip", "--version"),
        [Expected(TOO_NEW, r"SyntaxError: future feature annotations is not defined")],
        tries={
            "ensurepip": helps(lambda _: again(lab, packages)),
            "pip-upgrade": fails(lambda _: lab.interpreter("-m", "pip", "install", "--upgrade", "pip")),
        },
    )


@scenario(TOO_NEW, versions=["24.3.1"], python="3.8", renderings=["pipe"])
def new_pip_on_python_38(lab: Lab) -> Failure:
    packages = replace_pip(lab, None)
    return Failure(
        lab.interpreter("-m", "pip", "--version"),
        [Expected(TOO_NEW, r"^\w+Error: ")],
        tries={"ensurepip": helps(lambda _: again(lab, packages))},
    )


@scenario(NOT_FOUND, renderings=["pipe"], versions=["newest"])
def dash(lab: Lab) -> Failure:
    return Failure(
        lab.command("/bin/sh", "-c", "PATH=/usr/games; pip install demo"),
        [Expected(NOT_FOUND, r"pip: not found", {"tool": "pip"})],
        tries={"module": helps(lambda _: lab.interpreter("-m", "pip", "--version"))},
    )


@scenario(NOT_FOUND, versions=["newest"])
def bash(lab: Lab) -> Failure:
    return Failure(
        lab.command("/bin/bash", "-c", "PATH=/usr/games; pip3 install demo"),
        [Expected(NOT_FOUND, r"pip3: command not found", {"tool": "pip3"})],
    )
