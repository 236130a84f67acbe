"""Another name for a requirement: the distribution behind an import name or a stub, or the one that a typo meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from packaging.utils import canonicalize_name

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.fixes.action import Refusal
from unstuck.core.fixes.grammar import DistributionName
from unstuck.core.fixes.requirement_file import InFile, Item, RequirementAction
from unstuck.core.fixes.world import World

# Import names and abandoned stubs that people require, and the distribution that they mean. Each pair is said by the
# distribution's own documentation (`import cv2` by opencv-python's, and so on).
DISTRIBUTIONS = {
    "attr": "attrs",
    "beautifulsoup": "beautifulsoup4",
    "bs4": "beautifulsoup4",
    "crypto": "pycryptodome",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "django-rest-framework": "djangorestframework",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "git": "gitpython",
    "google-protobuf": "protobuf",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "magic": "python-magic",
    "memcache": "python-memcached",
    "multipart": "python-multipart",
    "mysqldb": "mysqlclient",
    "openssl": "pyopenssl",
    "pil": "pillow",
    "pptx": "python-pptx",
    "pkg-resources": "setuptools",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "telegram": "python-telegram-bot",
    "usb": "pyusb",
    "win32api": "pywin32",
    "wx": "wxpython",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}


class Rename(InFile):
    to: DistributionName


class RenameAction(RequirementAction[Rename]):
    """`to` may be left out: then the name must be one whose distribution is known."""

    name = "requirements.rename"
    parameters = Rename
    found = frozenset({"to"})
    by_name = True

    def complete(self, arguments: dict[str, Any], diagnosis: Diagnosis, world: World) -> Iterable[dict[str, Any]]:  # noqa: ARG002
        if "to" in arguments:
            return [arguments]
        named = str(arguments.get("package") or arguments.get("requirement") or "")
        match = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", named)
        known = DISTRIBUTIONS.get(canonicalize_name(match[0])) if match else None
        return [{**arguments, "to": known}] if known else []

    def change(self, parameters: Rename, item: Item) -> str | Refusal:
        match = re.match(r"\s*[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", item.text)
        if match is None or item.name == canonicalize_name(parameters.to):
            return item.text
        rest = item.text[match.end() :]
        if item.requirement is not None and item.requirement.url is not None:
            return Refusal(
                f"{item.text} names its own source: its name must be the project's",
                f"{item.text} 指定了来源：名称必须与该项目一致",
            )
        # A version of the stub says nothing about the distribution's.
        versions = re.match(r"\s*(\[[^\]]*\])?[^;]*", rest)
        kept = (versions[1] or "") if versions else ""
        marker = rest[rest.index(";") :] if ";" in rest else ""
        return f"{parameters.to}{kept}{' ' if marker else ''}{marker}"
