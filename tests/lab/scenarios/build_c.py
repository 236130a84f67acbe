"""Builds that need a compiler, a header, a library or a tool of the system."""

from __future__ import annotations

from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.index import Index
from unstuck.demo.packages import sdist

PACKAGES = ["setuptools==68.2.2", "wheel==0.42.0"]
FEW = ("20.3.4", "22.0.4", "23.2.1", "25.3", "newest")
SETUP = """from setuptools import Extension, setup
setup(name="demo", version="1.0", ext_modules=[Extension("demo", ["demo.c"]{more})])
"""
MODULE = """#include <Python.h>
{more}
static struct PyModuleDef module = {{PyModuleDef_HEAD_INIT, "demo", NULL, -1, NULL}};
PyMODINIT_FUNC PyInit_demo(void) {{ {body} return PyModule_Create(&module); }}
"""


def extension(lab: Lab, more: str = "", body: str = "", setup: str = "", **files: str) -> Index:
    """An index with the source of an extension module."""
    # setuptools prints an author's address in its own warnings.
    lab.show("blog.ganssle.io", "blog.example.org")
    source = MODULE.format(more=more, body=body)
    return lab.index(sdist("demo", "1.0", setup_py=SETUP.format(more=setup), files={"demo.c": source, **files}))


def raising(lab: Lab, text: str) -> Index:
    """An index with a source whose setup.py begins with `text`."""
    return lab.index(
        sdist("demo", "1.0", setup_py=f"{text}\nfrom setuptools import setup\nsetup(name='demo', version='1.0')\n")
    )


@scenario("build/compiler-missing", versions=FEW, packages=PACKAGES)
def no_compiler(lab: Lab) -> Failure:
    index = extension(lab)
    run = lab.pip(
        "install", "--no-build-isolation", "--index-url", index.simple, "demo", PATH=lab.without("gcc", "cc", "clang")
    )
    return Failure(
        run,
        [
            Expected(
                "build/compiler-missing", "No such file or directory: '|command '\\S*gcc' failed|unable to execute", {}
            )
        ],
        tries={
            "install-compiler": helps(lambda run: run.having(PATH=lab.env["PATH"])),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
        },
    )


@scenario("build/header-missing", versions=FEW, packages=PACKAGES)
def no_header(lab: Lab) -> Failure:
    index = extension(lab, '#include "libpq-absent.h"')
    lab.write("include/libpq-absent.h", "")
    return Failure(
        lab.pip("install", "--no-build-isolation", "--index-url", index.simple, "demo"),
        [Expected("build/header-missing", "fatal error: libpq-absent", {"header": "libpq-absent.h"})],
        tries={
            "cflags": helps(lambda run: run.having(CFLAGS=f"-I{lab.project / 'include'}")),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
        },
    )


@scenario("build/python-header-missing", versions=FEW, packages=PACKAGES)
def no_python_header(lab: Lab) -> Failure:
    # Python's own headers cannot be taken away here: the compiler is told to look nowhere else.
    wrapper = lab.write(
        "bin/cc",
        '#!/bin/sh\nfor one; do shift; case $one in -I*) ;; *) set -- "$@" "$one";; esac; done\nexec gcc "$@"\n',
    )
    wrapper.chmod(0o755)
    index = extension(lab)
    return Failure(
        lab.pip("install", "--no-build-isolation", "--index-url", index.simple, "demo", CC=str(wrapper)),
        [Expected("build/python-header-missing", "fatal error: Python.h", {"header": "Python.h"})],
        tries={
            "other-python": helps(lambda run: run.having(CC=None)),
        },
    )


@scenario("build/library-missing", versions=FEW, packages=PACKAGES)
def no_library(lab: Lab) -> Failure:
    index = extension(lab, setup=', libraries=["missingdemo"]')
    return Failure(
        lab.pip("install", "--no-build-isolation", "--index-url", index.simple, "demo"),
        [Expected("build/library-missing", "cannot find -lmissingdemo", {"library": "missingdemo"})],
        tries={"ld-library-path": fails(lambda run: run.having(LD_LIBRARY_PATH="/usr/lib"))},
    )


@scenario("build/compile-error", versions=FEW, packages=PACKAGES)
def compile_error(lab: Lab) -> Failure:
    index = extension(lab, body="int x = 1")
    return Failure(
        lab.pip("install", "--no-build-isolation", "--index-url", index.simple, "demo"),
        [Expected("build/compile-error", r"demo.c:\d+:\d+: error: ")],
        tries={"no-cache-dir": fails(lambda run: run.plus("--no-cache-dir"))},
    )


@scenario("build/c-api-removed", versions=("25.3", "newest"), packages=PACKAGES, python="3.13")
def frame_member(lab: Lab) -> Failure:
    index = extension(lab, "static int f(PyThreadState *state) { return state->use_tracing; }")
    return Failure(
        lab.pip("install", "--no-build-isolation", "--index-url", index.simple, "demo"),
        [Expected("build/c-api-removed", "has no member named", {"name": "use_tracing"})],
    )


@scenario("build/tool-missing", versions=FEW, packages=PACKAGES)
def no_swig(lab: Lab) -> Failure:
    lab.show("blog.ganssle.io", "blog.example.org")
    index = lab.index(
        sdist(
            "demo", "1.0",
            setup_py=SETUP.replace('"demo.c"', '"demo.i"').format(more=""),
            files={"demo.i": "%module demo\n"},
        )
    )  # fmt: skip
    return Failure(
        lab.pip("install", "--no-build-isolation", "--index-url", index.simple, "demo", PATH=lab.without("swig")),
        [Expected("build/tool-missing", "swig' failed|'swig'|unable to execute")],
        tries={"no-cache-dir": fails(lambda run: run.plus("--no-cache-dir"))},
    )


@scenario("build/make-missing-separator", tool="make")
def missing_separator(lab: Lab) -> Failure:
    lab.write("Makefile", "all:\n    echo done\n")
    return Failure(
        lab.command("make"),
        [Expected("build/make-missing-separator", "missing separator", {"path": "Makefile", "line": "2"})],
        tries={
            "tab": helps(lambda run: [lab.command("sed", "-i", r"s/^ \+/\t/", "Makefile"), run]),
            "more-spaces": fails(lambda run: [lab.command("sed", "-i", "s/^    /           /", "Makefile"), run]),
        },
    )


@scenario("build/make-no-rule", tool="make")
def no_rule(lab: Lab) -> Failure:
    lab.write("Makefile", "install:\n\techo done\n")
    return Failure(
        lab.command("make", "instal"),
        [Expected("build/make-no-rule", "No rule to make target", {"name": "instal"})],
        tries={"right-name": helps(lambda run: run.replaced("instal", "install"))},
    )


@scenario("build/make-no-rule", tool="make", renderings=["pipe"])
def no_makefile(lab: Lab) -> Failure:
    lab.write("source/Makefile", "install:\n\techo done\n")
    return Failure(
        lab.command("make"),
        [Expected("build/make-no-rule", "no makefile found")],
        tries={"right-folder": helps(lambda run: run.plus("-C", "source"))},
    )


@scenario("build/make-failed", tool="make")
def make_failed(lab: Lab) -> Failure:
    lab.write("Makefile", "all:\n\tfalse\n")
    return Failure(
        lab.command("make"),
        [Expected("build/make-failed", r"\*\*\* \[Makefile:2: all\] Error 1", {"status": "1"})],
        tries={"keep-going": fails(lambda run: run.plus("-k"))},
    )


@scenario("build/undefined-reference", tool="make")
def undefined_reference(lab: Lab) -> Failure:
    lab.write("main.c", "double absent(double); int main(void) { return (int)absent(2.0); }\n")
    lab.write("Makefile", "main: main.c\n\tgcc main.c -o main\n")
    return Failure(
        lab.command("make"), [Expected("build/undefined-reference", "undefined reference", {"name": "absent"})]
    )


@scenario("build/cmake-error", tool="cmake")
def cmake_error(lab: Lab) -> Failure:
    lab.write("CMakeLists.txt", 'cmake_minimum_required(VERSION 3.5)\nproject(demo NONE)\nmessage(FATAL_ERROR "no")\n')
    return Failure(
        lab.command("cmake", "."),
        [Expected("build/cmake-error", "CMake Error at", {"line": "3"})],
        tries={"make-anyway": fails(lambda run: [run, lab.command("make")])},
    )


@scenario("build/cmake-package-missing", tool="cmake")
def cmake_package(lab: Lab) -> Failure:
    lab.write(
        "CMakeLists.txt",
        "cmake_minimum_required(VERSION 3.5)\nproject(demo NONE)\nfind_package(MissingDemo REQUIRED)\n",
    )
    lab.write("found/MissingDemoConfig.cmake", "")
    return Failure(
        lab.command("cmake", "."),
        [Expected("build/cmake-package-missing", "By not providing", {"library": "MissingDemo"})],
        tries={
            "prefix-path": helps(lambda run: run.plus(f"-DMissingDemo_DIR={lab.project / 'found'}")),
            "fresh-cache": fails(lambda run: [lab.command("rm", "-f", "CMakeCache.txt"), run]),
        },
    )


@scenario("build/compiler-missing", tool="cmake")
def cmake_compiler(lab: Lab) -> Failure:
    lab.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.5)\nproject(demo C)\n")
    return Failure(
        lab.command("cmake", ".", PATH=lab.without("gcc", "cc", "clang")),
        [Expected("build/compiler-missing", "No CMAKE_C_COMPILER could be found")],
    )


@scenario("build/pkg-config-package-missing", tool="pkg-config")
def pkg_config(lab: Lab) -> Failure:
    lab.write("pc/missingdemo.pc", "Name: missingdemo\nDescription: demo\nVersion: 1\n")
    return Failure(
        lab.command("pkg-config", "--cflags", "--print-errors", "missingdemo"),
        [Expected("build/pkg-config-package-missing", "Package missingdemo was not found", {"library": "missingdemo"})],
        tries={"pkg-config-path": helps(lambda run: run.having(PKG_CONFIG_PATH=str(lab.project / "pc")))},
    )
