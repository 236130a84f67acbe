"""Certificates for a loopback index that a fresh machine does not trust: a private root, as a company has one."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

CURE = "pip install 'unstuck[demo]'"


class TrustmeMissing(Exception):
    """The package that makes certificates is not installed."""

    def __init__(self) -> None:
        super().__init__(f"the demo makes a certificate with the package trustme, which is missing: {CURE}")


def new_authority() -> Any:
    """A `trustme.CA` of its own."""
    try:
        import trustme
    except ImportError as error:
        raise TrustmeMissing from error
    return trustme.CA(organization_name="Example Corp", organization_unit_name="Private root")


def server_context(chain: list[bytes], key: bytes, folder: Path) -> ssl.SSLContext:
    """A context that presents `chain` (PEM, the leaf first). The ssl module reads files only, so `folder` gets one."""
    path = folder / "server.pem"
    path.write_bytes(key + b"\n" + b"\n".join(chain))
    path.chmod(0o600)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def private_root(folder: Path, *names: str) -> tuple[ssl.SSLContext, Path]:
    """A server context whose chain includes its private root, and that root as a PEM file in `folder`.

    Clients answer it with "self-signed certificate in certificate chain".
    """
    authority = new_authority()
    leaf = authority.issue_cert(*(names or ("localhost", "127.0.0.1")))
    root = folder / "company-ca.pem"
    authority.cert_pem.write_to_path(str(root))
    chain = [blob.bytes() for blob in leaf.cert_chain_pems]
    return server_context([*chain, authority.cert_pem.bytes()], leaf.private_key_pem.bytes(), folder), root
