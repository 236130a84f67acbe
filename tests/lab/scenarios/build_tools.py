"""Builds that ask a program of the system: pg_config, mysql_config, pkg-config, CMake, Ninja. Real packages."""

from __future__ import annotations

import shutil

from tests.lab.execute import Command
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario

PACKAGES = ["setuptools==68.2.2", "wheel==0.42.0"]
FEW = ("20.3.4", "23.2.1", "25.3", "newest")
NO_CACHE = fails(lambda run: run.plus("--no-cache-dir"))


def source(lab: Lab, project: str, version: str, *wheels: str, **env: str) -> Command:
    """pip builds the real source distribution of a project from the lab's index, which has these real wheels too."""
    index = lab.index(lab.real_source(project, version), *(lab.real(*one.split("==")) for one in wheels))
    lab.show("blog.ganssle.io", "blog.example.org")
    lab.show("www.psycopg.org", "www.example.org")
    return lab.pip("install", "--no-build-isolation", "--index-url", index.simple, f"{project}=={version}", **env)


@scenario("build/pg-config-missing", versions=FEW, packages=PACKAGES)
def psycopg2(lab: Lab) -> Failure:
    return Failure(
        source(lab, "psycopg2", "2.9.9", "psycopg2-binary==2.9.10", PATH=lab.without("pg_config")),
        [Expected("build/pg-config-missing", "Error: pg_config executable not found", {"tool": "pg_config"})],
        tries={
            "wheel": helps(lambda run: run.replaced("psycopg2==2.9.9", "psycopg2-binary")),
            "no-cache-dir": NO_CACHE,
        },
    )


@scenario("build/mysql-config-missing", versions=FEW, packages=PACKAGES)
def mysqlclient(lab: Lab) -> Failure:
    return Failure(
        source(lab, "mysqlclient", "2.1.1", "pymysql==1.1.1", PATH=lab.without("mysql_config", "mariadb_config")),
        [Expected("build/mysql-config-missing", "mysql_config: not found", {"tool": "mysql_config"})],
        tries={"pymysql": helps(lambda run: run.replaced("mysqlclient==2.1.1", "pymysql")), "no-cache-dir": NO_CACHE},
    )


def pkg_config_here() -> str | None:
    return None if shutil.which("pkg-config") else "there is no pkg-config on this machine"


@scenario(
    "build/mysql-config-missing",
    versions=("23.2.1", "newest"),
    packages=PACKAGES,
    renderings=["pipe"],
    needs=pkg_config_here,
)
def mysqlclient_newer(lab: Lab) -> Failure:
    return Failure(
        source(lab, "mysqlclient", "2.2.4", PKG_CONFIG_LIBDIR="/nonexistent"),
        [Expected("build/mysql-config-missing", "Can not find valid pkg-config name")],
    )


@scenario("build/pkg-config-missing", versions=FEW, packages=PACKAGES)
def mysqlclient_without_pkg_config(lab: Lab) -> Failure:
    return Failure(
        source(lab, "mysqlclient", "2.2.4", PATH=lab.without("pkg-config", "pkgconf")),
        [Expected("build/pkg-config-missing", "pkg-config: not found", {"tool": "pkg-config"})],
        tries={"no-cache-dir": NO_CACHE},
    )


@scenario("build/libxml2-missing", versions=FEW, packages=PACKAGES)
def lxml(lab: Lab) -> Failure:
    return Failure(
        source(
            lab, "lxml", "4.9.3", "lxml==5.3.0", PATH=lab.without("xslt-config", "xml2-config", "pkg-config", "pkgconf")
        ),
        [Expected("build/libxml2-missing", "make sure the libxml2 and libxslt development packages are installed")],
        tries={
            "wheel": helps(lambda run: run.replaced("lxml==4.9.3", "lxml").plus("--only-binary", ":all:")),
            "no-cache-dir": NO_CACHE,
        },
    )


@scenario("build/cmake-missing", versions=FEW, packages=PACKAGES)
def dlib(lab: Lab) -> Failure:
    return Failure(
        source(lab, "dlib", "19.24.6", PATH=lab.without("cmake")),
        [Expected("build/cmake-missing", "CMake is not installed on your system|CMake must be installed")],
        tries={"no-cache-dir": NO_CACHE},
    )


@scenario("build/ninja-missing", tool="cmake")
def cmake_without_ninja(lab: Lab) -> Failure:
    lab.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.15)\nproject(demo C)\n")
    return Failure(
        lab.command("cmake", "-G", "Ninja", "-B", "build", PATH=lab.without("ninja", "ninja-build")),
        [Expected("build/ninja-missing", "unable to find a build program", {"tool": "Ninja"})],
        tries={
            "install-ninja": helps(lambda run: [lab.command("rm", "-rf", "build"), run.having(PATH=lab.env["PATH"])]),
        },
    )


@scenario("build/cython3-pyyaml", versions=FEW)
def old_pyyaml(lab: Lab) -> Failure:
    index = lab.index(
        lab.real_source("PyYAML", "5.3.1" if lab.python == "3.8" else "5.4.1"),
        lab.real("pyyaml", "6.0.2"),
        *(lab.real(*one.split("==")) for one in ("cython==3.0.11", "setuptools==68.2.2", "wheel==0.42.0")),
    )
    return Failure(
        lab.pip("install", "--index-url", index.simple, "PyYAML<6"),
        [Expected("build/cython3-pyyaml", "AttributeError: .*cython_sources", {"name": "cython_sources"})],
        tries={
            "newer-pyyaml": helps(lambda run: run.replaced("PyYAML<6", "PyYAML>=6.0.1")),
            "no-cache-dir": NO_CACHE,
        },
    )
