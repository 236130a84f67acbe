"""The grammar of captures: what a log may put into a file or a command line.

Everything here is an annotated type for parameters models. A value that is not what it claims to be raises
ValueError, and the fix is not offered.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version
from pydantic import AfterValidator

# RFC 1123 labels, and underscores, which internal names really have.
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\Z")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def split_host(value: str) -> tuple[str, int | None]:
    """A host and its port, by RFC 3986: a name, an IPv4 address or an IPv6 literal (in brackets where a port follows).

    An IPv6 literal is returned without its brackets.
    """
    host, port = value, ""
    if value.startswith("["):
        host, bracket, rest = value[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise ValueError("is not a host: unbalanced brackets")
        port = rest[1:]
        if rest == ":":
            raise ValueError("is not a host: the port is missing")
        if ":" not in host:
            raise ValueError("is not a host: only an IPv6 address stands in brackets")
    elif value.count(":") == 1:
        host, _, port = value.partition(":")
        if not port:
            raise ValueError("is not a host: the port is missing")
    if ":" in host:
        if "%" in host:
            raise ValueError("is not a host: a zone identifier does not travel")
        ipaddress.IPv6Address(host)
    else:
        labels = host.removesuffix(".").split(".")
        if len(host) > 253 or not all(_LABEL.match(label) for label in labels):
            raise ValueError("is not a host name")
        if all(label.isdigit() for label in labels):
            ipaddress.IPv4Address(host)
    if not port:
        return host, None
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise ValueError("is not a port")
    return host, int(port)


def join_host(host: str, port: int | None) -> str:
    """The netloc of a host: an IPv6 literal in brackets."""
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"


def host_of(url: str, scheme: str) -> str | None:
    """The host and port of a URL of that scheme; None where it is of another, or has no host."""
    try:
        parts = urlsplit(url)
        netloc = parts.netloc.rpartition("@")[2]
        split_host(netloc)
    except ValueError:
        return None
    return netloc if parts.scheme.lower() == scheme and netloc else None


def is_local(host: str) -> bool:
    """Whether pip takes a host as secure without https."""
    name = split_host(host)[0].lower()
    return name in ("localhost", "::1") or name.startswith("127.") or name.endswith(".localhost")


def _host(value: str) -> str:
    return join_host(*split_host(value))


def _line(value: str) -> str:
    if not value or _CONTROL.search(value):
        raise ValueError("is empty or holds a line break or a control character")
    return value


def _path(value: str) -> str:
    _line(value)
    if value != value.strip() or len(value) > 4096:
        raise ValueError("is not a path")
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", value):
        raise ValueError("is not a path but a URL")
    return value


def _absolute(value: str) -> str:
    _path(value)
    if not re.match(r"/|[A-Za-z]:[\\/]|\\\\", value):
        raise ValueError("is not an absolute path")
    return value


def _url(value: str) -> str:
    if re.search(r"\s", _line(value)):
        raise ValueError("holds a space")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is not an http or https URL")
    split_host(parts.netloc.rpartition("@")[2])
    return value


def _requirement(value: str) -> str:
    try:
        Requirement(_line(value))
    except InvalidRequirement as error:
        raise ValueError(f"is not a requirement: {error}") from error
    return value


def _distribution(value: str) -> str:
    if len(value) > 200 or not _NAME.match(value):
        raise ValueError("is not a distribution's name")
    return value


def _version(value: str) -> str:
    try:
        return str(Version(_line(value)))
    except InvalidVersion as error:
        raise ValueError(f"is not a version: {error}") from error


def _specifier(value: str) -> str:
    try:
        SpecifierSet(_line(value))
    except InvalidSpecifier as error:
        raise ValueError(f"is not a version specifier: {error}") from error
    return value.strip()


Host = Annotated[str, AfterValidator(_host)]
"""A host, with a port where one is given: pypi.example.com:8443, [::1]:8443."""
Line = Annotated[str, AfterValidator(_line)]
"""Any text of one line without control characters."""
PathText = Annotated[str, AfterValidator(_path)]
"""A path of one line, relative or absolute."""
AbsolutePath = Annotated[str, AfterValidator(_absolute)]
Url = Annotated[str, AfterValidator(_url)]
"""An http or https URL."""
RequirementText = Annotated[str, AfterValidator(_requirement)]
"""A requirement by PEP 508."""
DistributionName = Annotated[str, AfterValidator(_distribution)]
VersionText = Annotated[str, AfterValidator(_version)]
Specifier = Annotated[str, AfterValidator(_specifier)]

__all__ = [
    "AbsolutePath",
    "DistributionName",
    "Host",
    "Line",
    "PathText",
    "RequirementText",
    "Specifier",
    "Url",
    "VersionText",
    "host_of",
    "is_local",
    "join_host",
    "split_host",
]
