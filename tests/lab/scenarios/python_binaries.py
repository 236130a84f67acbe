"""Compiled modules that this machine cannot load, and parts of Python that the system keeps in other packages."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.lab import tools
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from tests.lab.scenarios.build_c import MODULE

NUMPY = "python/numpy-abi"
SOME = ("3.9", "3.11", "3.13")


def site_packages(lab: Lab) -> Path:
    return next((lab.venv / "lib").glob("python*")) / "site-packages"


def install(lab: Lab, *wheels: str) -> tuple[str, ...]:
    """The arguments that install these real wheels from the lab's index, with the exact versions."""
    index = lab.index(*(lab.real(*one.split("==")) for one in wheels))
    return ("-m", "pip", "install", "--no-deps", "--index-url", index.simple)


# numexpr 2.8.4 was built for NumPy 1, as were the others of its time.
@scenario(NUMPY, tool="python", versions=["3.11"], packages=["numpy==2.1.3", "numexpr==2.8.4"])
def numpy_two(lab: Lab) -> Failure:
    lab.write("app.py", "import numexpr\n")
    get = install(lab, "numexpr==2.10.2", "numpy==1.26.4", "numpy==2.1.3")
    lab.show("numpy.org", "docs.example.org")
    return Failure(
        lab.interpreter("app.py"),
        [Expected(NUMPY, "A module that was compiled using NumPy 1.x")],
        tries={
            "upgrade": helps(lambda run: [lab.interpreter(*get, "--upgrade", "numexpr"), run]),
            "numpy-1": helps(lambda run: [lab.interpreter(*get, "numpy<2"), run]),
            "same-again": fails(lambda run: [lab.interpreter(*get, "--force-reinstall", "numpy==2.1.3"), run]),
        },
    )


def compiler_here() -> str | None:
    return None if shutil.which("gcc") and sys.platform == "linux" else "needs gcc on Linux"


@scenario("python/glibc-too-old", tool="python", versions=SOME, needs=compiler_here)
def newer_system(lab: Lab) -> Failure:
    # A module that was linked with a newer C library, of which there is no more than the name of a function.
    lab.write("far/libc.c", "void from_a_newer_system(void) {}\n")
    lab.write("far/libc.map", "GLIBC_2.99 { global: from_a_newer_system; };\n")
    lab.write("far/demo.c", "void from_a_newer_system(void); void demo(void) { from_a_newer_system(); }\n")
    lab.write("app.py", "import demo\n")
    shared = "gcc -shared -fPIC -nostdlib"
    stub = f"{shared} -Wl,-soname,libc.so.6 -Wl,--version-script=far/libc.map -o far/libc.so.6 far/libc.c"
    build = f"{shared} -o demo.so far/demo.c far/libc.so.6"
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/glibc-too-old", "version `GLIBC_2.99' not found", {"version": "2.99"})],
        before=[lab.command("sh", "-c", f"{stub} && {build}")],
    )


@scenario("python/undefined-symbol", tool="python", versions=SOME, needs=compiler_here)
def older_library(lab: Lab) -> Failure:
    # A module beside a library of an older version, which does not have the function yet.
    lab.write("old.c", "void shape_new(void) {}\n")
    lab.write("new.c", "void shape_new(void) {}\nvoid shape_colour(void) {}\n")
    lab.write("demo.c", MODULE.format(more="void shape_colour(void);", body="shape_colour();"))
    lab.write("app.py", "import demo\n")

    def library(version: str) -> str:
        return f"gcc -shared -fPIC -Wl,-soname,libshape.so.1 -o libshape.so.1 {version}.c"

    headers = "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path(\"include\"))')"
    module = f"gcc -shared -fPIC -I{headers} -Wl,-rpath,'$ORIGIN' -o demo.so demo.c libshape.so.1"
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/undefined-symbol", "undefined symbol", {"name": "shape_colour"})],
        before=[lab.command("sh", "-c", f"{library('new')} && {module} && {library('old')}")],
        tries={"together": helps(lambda run: [lab.command("sh", "-c", library("new")), run])},
    )


ARCHITECTURE = "python/wrong-architecture"


def foreign(lab: Lab, version: str, platform: str, telling: str) -> Failure:
    """psutil's wheel for another machine, unpacked here as in an environment that was copied."""
    wheel = tools.download("psutil", version, platform=platform)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site_packages(lab))
    lab.write("app.py", "import psutil\n")
    index = lab.index(lab.real("psutil", version))
    install = ("-m", "pip", "install", "--index-url", index.simple, "psutil")
    return Failure(
        lab.interpreter("app.py"),
        [Expected(ARCHITECTURE, telling)],
        tries={
            "reinstall": helps(lambda run: [lab.interpreter(*install, "--force-reinstall", "--no-cache-dir"), run]),
            "install-again": fails(lambda run: [lab.interpreter(*install), run]),
        },
    )


@scenario(ARCHITECTURE, tool="python", versions=SOME)
def bits(lab: Lab) -> Failure:
    return foreign(lab, "5.9.8", "manylinux2010_i686", "wrong ELF class")


@scenario(ARCHITECTURE, tool="python", versions=SOME, renderings=["pipe"])
def processor(lab: Lab) -> Failure:
    return foreign(lab, "6.1.1", "manylinux2014_aarch64", "cannot open shared object file")


SYSTEM = Path("/usr/bin/python3")


def debian_python() -> str | None:
    """Debian keeps tkinter in python3-tk and ensurepip in python3-venv, and says so in words of its own."""
    if (
        not Path("/etc/debian_version").exists()
        or not (SYSTEM.resolve().parents[1] / "lib" / SYSTEM.resolve().name).exists()
    ):
        return "needs Debian's or Ubuntu's own python3"
    return None


def without_debian_tkinter() -> str | None:
    done = subprocess.run([SYSTEM, "-c", "import tkinter"], capture_output=True) if SYSTEM.exists() else None
    return debian_python() or ("python3-tk is installed" if done is not None and done.returncode == 0 else None)


def of_the_system(lab: Lab) -> None:
    """The version that printed it is the system's, not that of the lab's environment."""
    told = subprocess.run([SYSTEM, "--version"], capture_output=True, text=True, check=True).stdout
    lab.version = told.split()[1]


@scenario("python/tkinter-missing", tool="python", versions=["3.11"], needs=without_debian_tkinter)
def without_tkinter(lab: Lab) -> Failure:
    of_the_system(lab)
    lab.write("app.py", "import tkinter\n")
    return Failure(
        lab.command(SYSTEM, "app.py", VIRTUAL_ENV=None),
        [Expected("python/tkinter-missing", "No module named '_?tkinter'", {"module": "tkinter"})],
        tries={"pip-install": fails(lambda run: [lab.interpreter("-m", "pip", "install", "tkinter"), run])},
    )


@scenario("python/ensurepip-missing", tool="python", versions=["3.11"], needs=debian_python)
def without_ensurepip(lab: Lab) -> Failure:
    # The system's Python as it is without the package python3-venv.
    of_the_system(lab)
    version = SYSTEM.resolve().name
    usr = lab.root / "usr"
    (usr / "bin").mkdir(parents=True)
    shutil.copy2(SYSTEM.resolve(), usr / "bin/python3")
    (usr / "lib" / version).mkdir(parents=True)
    for entry in (SYSTEM.resolve().parents[1] / "lib" / version).iterdir():
        if entry.name not in ("ensurepip", "sitecustomize.py", "__pycache__"):
            (usr / "lib" / version / entry.name).symlink_to(entry)
    uv, _ = tools.uv()
    return Failure(
        lab.command(usr / "bin/python3", "-m", "venv", "env", VIRTUAL_ENV=None),
        [Expected("python/ensurepip-missing", "ensurepip")],
        tries={"uv-venv": helps(lambda _: lab.command(uv, "venv", "env", "--python", usr / "bin/python3"))},
    )


def without_gdbm() -> str | None:
    for version in SOME:
        python = tools.find_python(version)
        done = subprocess.run([python, "-c", "import _gdbm"], capture_output=True) if python else None
        if done is None or done.returncode == 0:
            return f"Python {version} is not here, or was built with gdbm's headers"
    return None


@scenario("python/built-without-module", tool="python", versions=SOME, needs=without_gdbm)
def no_gdbm(lab: Lab) -> Failure:
    lab.write("app.py", "import dbm.gnu\n")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/built-without-module", "No module named '_gdbm'", {"module": "_gdbm"})],
        tries={"pip-install": fails(lambda run: [lab.interpreter("-m", "pip", "install", "_gdbm"), run])},
    )
