"""Compilers and build tools: extensions with warnings, configure scripts, make, CMake, javac, cargo."""

from __future__ import annotations

import shutil
from pathlib import Path

from harness import Lab, Missing, source

WARNINGS = "-Wall -Wextra -Wconversion -Wshadow -Wcast-qual"


@source
def build_extensions(lab: Lab) -> None:
    """C extensions built from sdists with -v and compiler warnings turned on."""
    for version, packages in {
        "3.8": ["simplejson", "ujson"],
        "3.11": ["regex", "psutil", "msgpack"],
        "3.13": ["markupsafe", "wrapt", "python-snappy", "lxml-stubs", "zstandard"],
    }.items():
        bin_ = lab.venv(f"extensions-{version}", version, "-U", "pip")
        env = {"CFLAGS": WARNINGS}
        for package in packages:
            with lab.recording(f"builds/extension-{package}-{version}", limit=500_000) as recording:
                recording.run(
                    bin_ / "pip",
                    "install",
                    "-v",
                    "--no-cache-dir",
                    "--no-deps",
                    "--no-binary",
                    package,
                    package,
                    env=env,
                )


@source
def build_cython(lab: Lab) -> None:
    """Cython and setuptools run by hand: annotated warnings, deprecations, C warnings of generated code."""
    bin_ = lab.venv("cython", "3.11", "cython", "setuptools", "wheel")
    place = lab.sdist("borgbackup") / "src/borg"
    with lab.recording("builds/cythonize", limit=600_000) as recording:
        for module in ("hashindex.pyx", "item.pyx", "chunker.pyx"):
            if (place / module).exists():
                recording.run(bin_ / "cythonize", "-X", "language_level=3", "-a", module, cwd=place)
                recording.run(
                    "gcc", *WARNINGS.split(), "-fsyntax-only", f"-I{_include(bin_)}", module[:-3] + "c", cwd=place
                )


def _include(bin_: Path) -> str:
    import subprocess

    code = "import sysconfig; print(sysconfig.get_path('include'))"
    return subprocess.check_output([bin_ / "python", "-c", code], text=True).strip()


@source
def build_autotools(lab: Lab) -> None:
    """C programs from Debian: configure with its many answers of no, config.log, make with warnings, make check."""
    lab.need("apt-get", "dpkg-source", "make", "gcc")
    for package in ("hello", "units"):
        place = _debian_source(lab, package)
        with lab.recording(f"builds/{package}", limit=700_000) as recording:
            recording.run("./configure", cwd=place)
            recording.run("make", f"CFLAGS=-O1 {WARNINGS}", cwd=place)
            recording.run("make", "check", cwd=place, ok=(0, 2))
        with lab.recording(f"builds/{package}-config", limit=300_000, prompts=False) as recording:
            recording.add((place / "config.log").read_text("utf-8", "replace"), "config.log")


def _debian_source(lab: Lab, package: str) -> Path:
    """Fetch a Debian source package; its list of sources is our own, so that apt's is left alone."""
    listed = next(Path("/etc/apt/sources.list.d").glob("debian.sources"), None)
    if not listed:
        raise Missing("no debian.sources here")
    home = lab.folder(f"debian/{package}")
    state = lab.root / "apt-state"
    options = [
        f"-oDir::State={state}",
        f"-oDir::Cache={lab.root / 'apt-cache'}",
        f"-oDir::Etc::sourceparts={state}/parts",
    ]
    options += [f"-oDir::Etc::sourcelist={state}/sources.list", "-oDir::State::status=/var/lib/dpkg/status"]
    options += ["-oAPT::Sandbox::User=root"]
    if not (state / "parts").exists():
        (state / "parts").mkdir(parents=True)
        (lab.root / "apt-cache/archives/partial").mkdir(parents=True, exist_ok=True)
        (state / "lists/partial").mkdir(parents=True)
        (state / "parts/debian.sources").write_text(listed.read_text().replace("Types: deb\n", "Types: deb-src\n"))
        lab.check("apt-get", *options, "update")
    lab.check("apt-get", *options, "source", package, cwd=home)
    return next(path for path in home.iterdir() if path.is_dir())


@source
def build_cmake(lab: Lab) -> None:
    """CMake: a configuration with failed checks, a verbose build with warnings, ctest with failing tests."""
    lab.need("cmake", "g++")
    place = _debian_source(lab, "libjsoncpp")
    build = lab.folder("cmake-build")
    with lab.recording("builds/jsoncpp", limit=500_000) as recording:
        recording.run(
            "cmake", "-S", place, "-B", build, f"-DCMAKE_CXX_FLAGS={WARNINGS}", "-DJSONCPP_WITH_POST_BUILD_UNITTEST=OFF"
        )
        recording.run("cmake", "--build", build, "--verbose")
        recording.run("ctest", "--test-dir", build, "--output-on-failure", ok=range(256))
        for log in sorted(build.glob("CMakeFiles/CMake*.log")):
            recording.add(log.read_text("utf-8", "replace"), log.name)


@source
def build_java(lab: Lab) -> None:
    """javac with all warnings, and a program that prints the stack traces of exceptions it has caught."""
    lab.need("javac", "java")
    place = lab.folder("java")
    shutil.copy(Path(__file__).with_name("Caught.java"), place)
    with lab.recording("builds/java") as recording:
        recording.run("javac", "-Xlint:all", "-verbose", "Caught.java", cwd=place)
        recording.run("java", "Caught", cwd=place)
        recording.run("java", "-Xlog:class+load,gc*", "Caught", cwd=place)


@source
def build_cargo(lab: Lab) -> None:
    """cargo: a build with warnings, tests that pass and tests that fail on purpose."""
    cargo = Path.home() / ".cargo/bin/cargo"
    if not cargo.exists():
        raise Missing("no cargo on this machine")
    home = {"CARGO_HOME": str(Path.home() / ".cargo"), "RUSTUP_HOME": str(Path.home() / ".rustup")}
    place = lab.folder("cargo")
    lab.check(cargo, "init", "--lib", "--name", "failures", cwd=place, env=home)
    shutil.copy(Path(__file__).with_name("failures.rs"), place / "src/lib.rs")
    with lab.recording("builds/cargo", tty=True) as recording:
        recording.run(cargo, "build", "-vv", cwd=place, env=home)
        recording.run(cargo, "test", cwd=place, env=home, ok=(101,))
