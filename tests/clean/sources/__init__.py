"""The sources of the corpus: importing this package registers them."""

from . import builds, ci, debian, git, node, pip, programs, prose, requirements, servers, suites, uv

__all__ = [
    "builds",
    "ci",
    "debian",
    "git",
    "node",
    "pip",
    "programs",
    "prose",
    "requirements",
    "servers",
    "suites",
    "uv",
]
