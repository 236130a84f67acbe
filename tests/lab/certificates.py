"""Certificates as servers present them, right and wrong, each by its kind."""

from __future__ import annotations

import datetime as dt
import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from unstuck.demo.certificates import server_context

# What clients say to each is in the names of the signatures; expired, future and wrong-host are complained about
# only where `authority` is trusted.
KINDS = ("private-root", "self-signed-leaf", "unknown-issuer", "expired", "not-yet-valid", "wrong-host", "good")


@dataclass(frozen=True)
class Made:
    """A server's context, and the PEM of the authority to trust."""

    context: ssl.SSLContext
    authority: bytes


def make(kind: str, folder: Path, name: str = "localhost") -> Made:
    """A certificate of one of KINDS for `name`; `folder` gets the server's private files.

    private-root sends its root along; unknown-issuer and good send the leaf alone.
    """
    if kind == "self-signed-leaf":
        return _self_signed(folder, name)
    authority = trustme.CA(organization_name="Example Corp", organization_unit_name="Private root")
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    before, after = None, None
    names: tuple[str, ...] = ("localhost", "127.0.0.1", "127.0.0.2", "0.0.0.0")
    if kind == "expired":
        before, after = now - dt.timedelta(days=400), now - dt.timedelta(days=30)
    elif kind == "not-yet-valid":
        before, after = now + dt.timedelta(days=30), now + dt.timedelta(days=400)
    elif kind == "wrong-host":
        names = ("other.example.com",)
    elif kind not in KINDS:
        raise ValueError(f"{kind!r} is not one of {KINDS}")
    leaf = authority.issue_cert(*names, not_before=before, not_after=after)
    chain = [blob.bytes() for blob in leaf.cert_chain_pems]
    if kind == "private-root":
        chain.append(authority.cert_pem.bytes())
    return Made(server_context(chain, leaf.private_key_pem.bytes(), folder), authority.cert_pem.bytes())


def _self_signed(folder: Path, name: str) -> Made:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=365))
        .add_extension(alternatives, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Made(server_context([pem], private, folder), pem)
