"""Builds whose compiler or build program is there but cannot: CMake, CUDA, Rust, the C++ part, memory."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.lab.execute import Command
from tests.lab.machine import mounted, root_and_unshare
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from tests.lab.scenarios.build_c import PACKAGES, SETUP, extension
from unstuck.demo.packages import sdist

FEW = ("20.3.4", "23.2.1", "25.3", "newest")
NO_CACHE = fails(lambda run: run.plus("--no-cache-dir"))
CMAKE_SETUP = """import subprocess
from setuptools import setup
subprocess.check_call(["cmake", "-S", ".", "-B", "build"])
setup(name="demo", version="1.0", py_modules=[])
"""
CMAKE_BUILD = '[build-system]\nrequires = ["setuptools", "cmake"]\nbuild-backend = "setuptools.build_meta"\n'


def cmake_four(lab: Lab) -> Command:
    """pip builds a project of CMake 3.0's time; the index has CMake 4."""
    index = lab.index(
        sdist(
            "demo",
            "1.0",
            setup_py=CMAKE_SETUP,
            pyproject=CMAKE_BUILD,
            files={"CMakeLists.txt": "cmake_minimum_required(VERSION 3.0)\nproject(demo NONE)\n"},
        ),
        *(lab.real(*one.split("==")) for one in ("setuptools==68.2.2", "wheel==0.42.0", "cmake==4.1.2")),
    )
    return lab.pip("install", "--index-url", index.simple, "demo")


@scenario("build/cmake-policy-version", versions=FEW)
def cmake_policy(lab: Lab) -> Failure:
    older = lab.index(lab.real("cmake", "3.31.6"), name="127.0.0.1")
    return Failure(
        cmake_four(lab),
        [Expected("build/cmake-policy-version", "Compatibility with CMake < 3.5 has been removed")],
        tries={
            "policy-variable": helps(lambda run: run.having(CMAKE_POLICY_VERSION_MINIMUM="3.5")),
            "install-here": fails(lambda run: [lab.pip("install", "--index-url", older.simple, "cmake<4"), run]),
        },
    )


# Where CMake looks for nvcc besides PATH.
CUDA = ";".join(["/usr/local/bin", "/opt/cuda/bin", *map(str, Path("/usr/local").glob("cuda*/bin"))])


@scenario("build/cuda-missing", tool="cmake")
def cmake_cuda(lab: Lab) -> Failure:
    lab.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.18)\nproject(demo LANGUAGES CXX CUDA)\n")
    return Failure(
        lab.command("cmake", "-B", "build", f"-DCMAKE_IGNORE_PATH={CUDA}", PATH=lab.without("nvcc")),
        [Expected("build/cuda-missing", "No CMAKE_CUDA_COMPILER could be found|Failed to find nvcc")],
    )


def folder_of_cc1plus() -> Path | None:
    """Where gcc keeps the C++ part of the compiler."""
    return next(Path("/usr/lib/gcc").glob("*/*/cc1plus"), None)


def cc1plus_can_go() -> str | None:
    if folder_of_cc1plus() is None:
        return "there is no gcc with a C++ part in /usr/lib/gcc"
    return root_and_unshare()


@scenario("build/cc1plus-missing", versions=FEW, packages=PACKAGES, needs=cc1plus_can_go)
def no_cc1plus(lab: Lab) -> Failure:
    index = lab.index(
        sdist("demo", "1.0", setup_py=SETUP.replace("demo.c", "demo.cpp").format(more=""), files={"demo.cpp": ""})
    )
    lab.show("blog.ganssle.io", "blog.example.org")
    lab.show("x86_64-linux-gnu-gcc", "gcc")
    # The folder as it is without the package g++: everything but cc1plus.
    there = (folder_of_cc1plus() or Path("/usr/lib/gcc/none/0/cc1plus")).parent
    real, shown = lab.folder("gcc-real"), lab.folder("gcc-without")
    for path in there.iterdir() if there.is_dir() else ():
        if path.name != "cc1plus":
            (shown / path.name).symlink_to(real / path.name)
    run = lab.pip("install", "--no-build-isolation", "--index-url", index.simple, "demo", CC="gcc")
    return Failure(
        mounted(run, f'mount --bind "{there}" "{real}" && mount --bind "{shown}" "{there}"'),
        [Expected("build/cc1plus-missing", "cc1plus", {"tool": "cc1plus"})],
        tries={"install-cxx": helps(lambda _: run), "no-cache-dir": NO_CACHE},
    )


@scenario("build/out-of-memory", versions=FEW, packages=PACKAGES)
def small_machine(lab: Lab) -> Failure:
    index = extension(lab)
    limit = lab.write("tools/gcc", '#!/bin/sh\nulimit -v 48000\nexec /usr/bin/gcc "$@"\n')
    limit.chmod(0o755)
    run = lab.pip("install", "--no-build-isolation", "--index-url", index.simple, "demo")
    return Failure(
        run.having(CC=str(limit)),
        [Expected("build/out-of-memory", "out of memory|Cannot allocate memory")],
        tries={
            "more-memory": helps(lambda run: run.having(CC=None)),
            "again": fails(lambda run: run),
            "no-cache-dir": NO_CACHE,
        },
    )


def without_rust(lab: Lab) -> str:
    return lab.without("cargo", "rustc", "rustup")


RUST_SETUP = """from setuptools import setup
from setuptools_rust import RustExtension
setup(name="demo", version="1.0", rust_extensions=[RustExtension("demo", "Cargo.toml")])
"""
CARGO = '[package]\nname = "demo"\nversion = "1.0.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n'
RUST_TOOLS = ("setuptools==68.2.2", "wheel==0.42.0", "setuptools-rust==1.10.2", "semantic-version==2.10.0")


@scenario("build/rust-missing", versions=FEW)
def setuptools_rust(lab: Lab) -> Failure:
    build = '[build-system]\nrequires = ["setuptools", "setuptools-rust"]\nbuild-backend = "setuptools.build_meta"\n'
    index = lab.index(
        sdist("demo", "1.0", setup_py=RUST_SETUP, pyproject=build, files={"Cargo.toml": CARGO, "src/lib.rs": ""}),
        *(lab.real(*one.split("==")) for one in RUST_TOOLS),
    )
    lab.show("rustup.rs", "rustup.example.org")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo", PATH=without_rust(lab)),
        [Expected("build/rust-missing", "can't find Rust compiler|needs Rust|requires Rust")],
        tries={"no-cache-dir": NO_CACHE},
    )


MATURIN = """[build-system]
requires = ["maturin"]
build-backend = "maturin"
[project]
name = "demo"
version = "1.0"
"""


@scenario("build/rust-missing", versions=FEW, renderings=["pipe"])
def maturin(lab: Lab) -> Failure:
    index = lab.index(
        sdist("demo", "1.0", pyproject=MATURIN, files={"Cargo.toml": CARGO, "src/lib.rs": ""}),
        lab.real("maturin", "1.9.6"),
        lab.real("tomli", "2.0.1"),
    )
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo", PATH=without_rust(lab), MATURIN_NO_INSTALL_RUST="1"),
        [Expected("build/rust-missing", "Cargo, the Rust package manager|needs Rust|requires Rust")],
    )


def cargo_here() -> str | None:
    return None if shutil.which("cargo") else "there is no cargo on this machine"


@scenario("build/rust-build-failed", versions=FEW, needs=cargo_here)
def maturin_failed(lab: Lab) -> Failure:
    """maturin finds no crate where pyproject.toml says that it is."""
    index = lab.index(
        sdist("demo", "1.0", pyproject=MATURIN + '[tool.maturin]\nmanifest-path = "rust/Cargo.toml"\n'),
        lab.real("maturin", "1.9.6"),
        lab.real("tomli", "2.0.1"),
    )
    cargo = Path(shutil.which("cargo") or "cargo").parent
    rustup = os.environ.get("RUSTUP_HOME") or str(Path.home() / ".rustup")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo", PATH=f"{lab.env['PATH']}:{cargo}", RUSTUP_HOME=rustup),
        [Expected("build/rust-build-failed", "maturin failed")],
    )


@scenario("build/compiler-failed", versions=FEW, packages=PACKAGES)
def says_nothing(lab: Lab) -> Failure:
    index = extension(lab)
    return Failure(
        lab.pip("install", "--no-build-isolation", "--index-url", index.simple, "demo", CC="/bin/false"),
        [Expected("build/compiler-failed", "failed with exit (?:code|status)")],
    )
