"""What scenarios need of the machine: mounts, other users' rights, and an interpreter that is the system's."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.lab.execute import Command, Output
from tests.lab.scenario import Lab
from tests.lab.tools import find_python

BIG = {"big.bin": os.urandom(600_000)}
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
    # `python3` at the prompt is this one.
    lab.env["PATH"] = os.pathsep.join([str(usr / "bin"), lab.env["PATH"]])
    return usr / "bin/python3"


def outside(lab: Lab, python: Path, *arguments: str, **env: str | None) -> Command:
    """pip of the system's interpreter, with no virtual environment active."""
    return lab.command(python, "-m", "pip", *arguments, VIRTUAL_ENV=None, **env)


def without(words: str) -> Callable[[Output], bool]:
    """Success where the tool says no such thing: warnings do not change its exit code."""
    return lambda output: output.succeeded and words not in output.text


def site_packages(lab: Lab) -> Path:
    return next((lab.venv / "lib").glob("python*")) / "site-packages"


def read_only(folder: Path) -> None:
    folder.chmod(0o555)
