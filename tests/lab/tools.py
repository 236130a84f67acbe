"""Tools in given versions: pips in virtual environments, uv, real wheels; cached, and made under a lock.

The cache is the folder that UNSTUCK_LAB_HOME names, `.lab` in the repository where it names none.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# pip's versions from the oldest that people still run to the newest that the index has, each with the Python that
# suits its time; the last is asked of the index once.
PIPS = {"20.3.4": "3.9", "22.0.4": "3.10", "23.2.1": "3.11", "24.3.1": "3.12", "25.3": "3.13", "newest": "3.13"}
QUICK = ("20.3.4", "23.2.1", "newest")
# What a pip runs on, first and last (None: no end known).
RUNS_ON = {"20.3.4": ((2, 7), (3, 11)), "22.0.4": ((3, 7), (3, 11)), "23.2.1": ((3, 7), None), "24.3.1": ((3, 8), None)}
UVS = ("newest",)


class Unavailable(Exception):
    """A tool that this machine does not have and cannot get; the message says which and why."""


def home() -> Path:
    """The cache's folder."""
    folder = Path(os.environ.get("UNSTUCK_LAB_HOME") or ROOT / ".lab")
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """One process and one thread at a time makes what is called `name`."""
    folder = home() / "locks"
    folder.mkdir(exist_ok=True)
    with (folder / re.sub(r"[^\w.=-]", "_", name)).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@cache
def find_python(version: str) -> Path | None:
    """An interpreter of that minor version ("3.9"): this one, pyenv's, one on PATH, or uv's."""
    if version == f"{sys.version_info[0]}.{sys.version_info[1]}":
        return Path(getattr(sys, "_base_executable", sys.executable))
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    uv = Path.home() / ".local/share/uv/python"
    candidates = sorted(pyenv.glob(f"{version}.*/bin/python")) + sorted(uv.glob(f"cpython-{version}.*/bin/python"))
    if found := shutil.which(f"python{version}"):
        candidates.append(Path(found))
    for candidate in candidates:
        told = subprocess.run([candidate, "-c", "import sys; print(sys.version)"], capture_output=True, text=True)
        # A shim of pyenv is on PATH for versions that are not selected, and fails.
        if told.returncode == 0 and told.stdout.startswith(f"{version}."):
            return candidate
    return None


@cache
def pythons() -> tuple[str, ...]:
    """The minor versions of CPython 3 that this machine has, oldest first."""
    return tuple(version for version in (f"3.{minor}" for minor in range(6, 16)) if find_python(version))


def python_for(pip: str, wanted: str | None = None) -> str:
    """The Python to run a pip on: `wanted`, else the usual one, else any that it runs on."""
    first, last = RUNS_ON.get(pip, ((3, 10), None))
    usable = [
        version
        for version in pythons()
        if first <= (number := tuple(map(int, version.split(".")))) and (last is None or number <= last)
    ]
    if wanted is not None:
        if wanted not in usable:
            raise Unavailable(f"pip {pip} on Python {wanted}: this machine has {', '.join(usable) or 'none'} for it")
        return wanted
    usual = PIPS.get(pip, "3.13")
    if usual in usable:
        return usual
    if not usable:
        raise Unavailable(f"no Python for pip {pip}: it runs on {first} to {last or 'any'}, here are {pythons()}")
    return usable[-1]


def pip_for(python: str) -> str:
    """The newest of `PIPS` that runs on a Python, for environments where the pip does not matter."""
    minor = int(python.split(".")[1])
    return {6: "20.3.4", 7: "23.2.1", 8: "24.3.1", 9: "25.3"}.get(minor, "newest")


def download(
    project: str, version: str | None = None, *, python: str | None = None, platform: str | None = None
) -> Path:
    """The wheel of a project from the index that this machine is configured for; cached. `platform` is a tag."""
    wanted = f"{project}=={version}" if version else project
    kind = f"{wanted}-{python or 'any'}" + (f"-{platform}" if platform else "")
    with locked(f"download-{kind}"):
        folder = home() / "wheels" / re.sub(r"[^\w.-]", "_", kind)
        if not (found := list(folder.glob("*.whl"))):
            partial = folder.with_name(f"{folder.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "-q", "--no-deps"]
            command += ["--only-binary", ":all:", "-d", str(partial), wanted]
            if python:
                command += ["--python-version", python]
            if platform:
                command += ["--platform", platform]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise Unavailable(f"{wanted} could not be downloaded:\n{done.stderr.strip()}")
            shutil.rmtree(folder, ignore_errors=True)
            partial.rename(folder)
            found = list(folder.glob("*.whl"))
        return found[0]


# pip's own finder and session, because `pip download` of a source distribution runs its build.
_FIND = """
import sys
from pathlib import Path
from pip._internal.commands import create_command
command = create_command("download")
with command.main_context():
    options, _ = command.parse_args(["--no-binary", ":all:"])
    session = command.get_default_session(options)
    finder = command._build_package_finder(options=options, session=session, ignore_requires_python=True)
    wanted = [one for one in finder.find_all_candidates(sys.argv[1]) if str(one.version) == sys.argv[2]]
    answer = session.get(wanted[0].link.url_without_fragment)
    answer.raise_for_status()
    Path(sys.argv[3], wanted[0].link.filename).write_bytes(answer.content)
"""


def download_source(project: str, version: str) -> Path:
    """The source distribution of a project from the index that this machine is configured for; cached, not built."""
    with locked(f"source-{project}=={version}"):
        folder = home() / "sources" / f"{project}-{version}"
        if not (found := list(folder.glob("*"))):
            partial = folder.with_name(f"{folder.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            done = subprocess.run(
                [sys.executable, "-c", _FIND, project, version, partial], capture_output=True, text=True
            )
            if done.returncode:
                raise Unavailable(f"the source of {project} {version} could not be downloaded:\n{done.stderr.strip()}")
            partial.rename(folder)
            found = list(folder.glob("*"))
        return found[0]


def version_of(wheel: Path) -> str:
    return wheel.name.split("-")[1]


@cache
def pip_version(pip: str) -> str:
    """The number that a name of `PIPS` stands for."""
    return version_of(download("pip")) if pip == "newest" else pip


def environment(pip: str, python: str, packages: tuple[str, ...] = ()) -> Path:
    """A cached virtual environment of Python `python` with that pip and `packages` ("setuptools==68.2.2").

    It is a model to `clone`: nothing may be installed into it.
    """
    interpreter = find_python(python)
    if interpreter is None:
        raise Unavailable(f"Python {python} is not on this machine")
    number = pip_version(pip)
    name = "-".join([f"py{python}", f"pip{number}", *packages])
    with locked(f"environment-{name}"):
        folder = home() / "environments" / re.sub(r"[^\w.=-]", "_", name)
        if (folder / "complete").is_file():
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(exist_ok=True)
        subprocess.run([interpreter, "-m", "venv", "--without-pip", folder], check=True, env=_plain())
        wheels = [download("pip", None if pip == "newest" else number)]
        for package in packages:
            project, _, version = package.partition("==")
            wheels.append(download(project, version or None, python=python))
        for wheel in wheels:
            _unpack(wheel, site_packages(folder))
        for path in site_packages(folder).glob("*.dist-info"):
            (path / "INSTALLER").write_text("pip\n")
        # Read once for all the clones, which share these files.
        subprocess.run([folder / "bin/python", "-m", "compileall", "-qq", site_packages(folder)], env=_plain())
        (folder / "complete").touch()
        return folder


def clone(model: Path, target: Path) -> None:
    """A copy of a model environment at another place, in milliseconds: its files are hard links."""
    shutil.copytree(model, target, symlinks=True, copy_function=_link, ignore=shutil.ignore_patterns("complete"))
    configuration = target / "pyvenv.cfg"
    text = configuration.read_text()
    configuration.unlink()
    configuration.write_text(text.replace(str(model), str(target)))
    for name in ("pip", "pip3"):
        script = target / "bin" / name
        script.write_text(
            f"#!{target}/bin/python\nimport re, sys\nfrom pip._internal.cli.main import main\n"
            "if __name__ == '__main__':\n    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])\n"
            "    sys.exit(main())\n"
        )
        script.chmod(0o755)


def site_packages(environment: Path) -> Path:
    return next((environment / "lib").glob("python*")) / "site-packages"


def uv(version: str = "newest") -> tuple[Path, str]:
    """The uv program and its version."""
    wheel = download("uv", None if version == "newest" else version)
    number = version_of(wheel)
    with locked(f"uv-{number}"):
        program = home() / "uv" / number / "uv"
        if not program.is_file():
            program.parent.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(wheel) as archive:
                member = next(name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
                partial = program.with_suffix(".partial")
                partial.write_bytes(archive.read(member))
            partial.chmod(0o755)
            partial.rename(program)
    return program, number


# Applications in Python that are no part of a project's environment, in the versions that the lab knows.
APPLICATIONS = {"poetry": "2.5.1", "pipenv": "2026.10.3"}


def application(name: str) -> tuple[Path, str]:
    """The program of one of `APPLICATIONS`, in an environment of its own, and its version."""
    number = APPLICATIONS[name]
    with locked(f"application-{name}-{number}"):
        folder = home() / "applications" / f"{name}-{number}"
        if not (folder / "complete").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([find_python("3.11") or sys.executable, "-m", "venv", folder], check=True, env=_plain())
            command = [folder / "bin/python", "-m", "pip", "install", "-q", f"{name}=={number}"]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise Unavailable(f"{name} {number} could not be installed:\n{done.stderr.strip()}")
            (folder / "complete").touch()
        return folder / "bin" / name, number


# Programs of Debian's that the lab unpacks and does not install: the one that is run, and what it needs.
DEBIAN = {
    "docker.io": ("docker.io", "containerd", "runc", "busybox-static"),
    "dropbear-bin": ("dropbear-bin", "libtomcrypt1", "libtommath1"),
    "gnutls-bin": ("gnutls-bin", "libgnutls-dane0", "libunbound8"),
    "zsh": ("zsh",),
}


def debian(name: str) -> tuple[Path, str]:
    """The folder that stands for / of one of `DEBIAN`, and its version."""
    root = home() / "debian" / name
    if not (root / "version").is_file() and not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise Unavailable(f"{name} is taken from Debian's or Ubuntu's archive, and there is no apt-get here")
    with locked(f"debian-{name}"):
        if not (root / "version").is_file():
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir(parents=True)
            for package in DEBIAN[name]:
                done = subprocess.run(["apt-get", "download", package], cwd=root, capture_output=True, text=True)
                if done.returncode:
                    raise Unavailable(f"{package} could not be downloaded:\n{done.stderr.strip()}")
            for file in root.glob("*.deb"):
                subprocess.run(["dpkg-deb", "--extract", file, root], check=True)
                if file.name.startswith(f"{name}_"):
                    full = subprocess.check_output(["dpkg-deb", "--field", file, "Version"], text=True)
                file.unlink()
            found = re.match(r"[\d.]+\d", full)
            (root / "version").write_text(found[0] if found else full.strip())
    return root, (root / "version").read_text()


def _unpack(wheel: Path, target: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    # What a wheel holds for other places than site-packages is not needed by any tool here.
    for data in target.glob("*.data"):
        shutil.rmtree(data)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _plain() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(home())}


@cache
def installed_version(program: str) -> str:
    """What a program of this machine says of its version: `npm --version`, `ssh -V`."""
    path = shutil.which(program)
    if path is None:
        raise Unavailable(f"{program} is not on this machine; install it with the system's package manager")
    option = "-V" if program == "ssh" else "--version"
    done = subprocess.run([path, option], capture_output=True, text=True, check=False)
    found = re.search(r"\d+(?:\.\d+)+", done.stdout + done.stderr)
    if found is None:
        raise Unavailable(f"{program} {option} does not say its version")
    return found[0]
