"""TLS: the other certificates that pip refuses, broken bundles, and servers that do not speak it."""

from __future__ import annotations

import datetime as dt
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.lab import certificates
from tests.lab.execute import Command
from tests.lab.scenario import Expected, Failure, Lab, Try, fails, helps, scenario
from tests.lab.servers import dropping, not_tls
from unstuck.demo.certificates import server_context
from unstuck.demo.index import Index
from unstuck.demo.packages import wheel

LEAF = "pip/tls-self-signed-certificate"
ISSUER = "pip/tls-unable-to-get-local-issuer"
EXPIRED = "pip/tls-certificate-expired"
FUTURE = "pip/tls-certificate-not-yet-valid"
NAME = "pip/tls-hostname-mismatch"
PLAIN = "pip/tls-wrong-version-number"
OLD = "pip/tls-protocol-version"
EOF = "pip/tls-eof"
STRICT = "pip/tls-certificate-malformed"
CIPHER = "pip/tls-handshake-failure"
CLIENT = "pip/tls-client-certificate-required"
UNSAID = "pip/tls-certificate-verify-failed"
BUNDLE = "pip/ca-bundle-not-found"
NOT_PEM = "pip/ca-bundle-invalid"
NO_SSL = "pip/ssl-module-not-available"
NO_NAME = "pip/https-address-without-name"
HOST = {"host": "pypi.example.com:8443"}
RETRY = r"WARNING: Retrying .*after connection broken by .*"


def _install(lab: Lab, index: Index, *options: str, **env: str) -> Command:
    return lab.pip("install", "--retries", "1", *options, "--index-url", index.simple, "demo", **env)


def _trusting(lab: Lab, kind: str, name: str = "localhost") -> tuple[Index, Command]:
    """An index whose authority is known and whose certificate is of this kind."""
    index = lab.index(wheel("demo", "1.0"), tls=kind, name=name)
    return index, _install(lab, index, "--cert", str(lab.project / "company-ca.pem"))


def _served(lab: Lab, change: object) -> tuple[Index, Command]:
    """An index whose TLS context `change` has spoilt; its authority is known."""
    made = certificates.make("private-root", lab.folder("spoilt"))
    lab.write("company-ca.pem", made.authority)
    assert callable(change)
    change(made)
    index = Index(context=made.context).start().add(wheel("demo", "1.0"))
    lab.closing(index.close)
    lab.show_port(index.port)
    return index, _install(lab, index, "--cert", str(lab.project / "company-ca.pem"))


def _trusted(index: Index) -> Try:
    return helps(lambda run: run.plus("--trusted-host", index.host))


@scenario(LEAF)
def leaf(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="self-signed-leaf")
    lab.tell_authority()
    return Failure(
        _install(lab, index),
        [Expected(LEAF, RETRY + r"self-signed certificate \(", HOST)],
        tries={
            "cert": helps(lambda run: run.plus("--cert", str(lab.project / "company-ca.pem"))),
            "trusted-host": _trusted(index),
            "user": fails(lambda run: run.plus("--user")),
            "pythonhttpsverify": fails(lambda run: run.having(PYTHONHTTPSVERIFY="0")),
        },
        undo=lab.pip("uninstall", "--yes", "demo"),
        fixes={"trust-ca": True, "trust-host": True},
    )


@scenario(ISSUER)
def unknown_issuer(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="unknown-issuer")
    lab.tell_authority()
    return Failure(
        _install(lab, index),
        [Expected(ISSUER, RETRY + "unable to get local issuer certificate", HOST)],
        tries={
            "cert": helps(lambda run: run.plus("--cert", str(lab.project / "company-ca.pem"))),
            "wrong-cert": fails(lambda run: run.plus("--cert", str(lab.write("other.pem", lab.other_authority())))),
            "upgrade-pip": fails(lambda run: [run.replaced("demo", "pip").plus("--upgrade"), run]),
        },
        undo=lab.pip("uninstall", "--yes", "demo"),
        fixes={"trust-ca": True, "trust-host": True},
    )


@scenario(ISSUER)
def unknown_issuer_url(lab: Lab) -> Failure:
    demo = wheel("demo", "1.0")
    index = lab.index(demo, tls="unknown-issuer")
    return Failure(
        lab.pip("install", "--retries", "1", index.file_url(demo)),
        [Expected(ISSUER, RETRY + "unable to get local issuer certificate")],
    )


@scenario(EXPIRED)
def expired(lab: Lab) -> Failure:
    index, run = _trusting(lab, "expired")
    return Failure(
        run,
        [Expected(EXPIRED, RETRY + "certificate has expired", HOST)],
        tries={"trusted-host": _trusted(index), "cert": fails(lambda run: run)},
        fixes={"trust-host": True},
    )


@scenario(FUTURE)
def not_yet_valid(lab: Lab) -> Failure:
    index, run = _trusting(lab, "not-yet-valid")
    return Failure(
        run,
        [Expected(FUTURE, RETRY + "certificate is not yet valid", HOST)],
        tries={"trusted-host": _trusted(index), "cert": fails(lambda run: run)},
        fixes={"trust-host": True},
    )


@scenario(NAME)
def wrong_host(lab: Lab) -> Failure:
    index, run = _trusting(lab, "wrong-host")
    return Failure(
        run,
        [Expected(NAME, r"Certificate did not match expected|" + RETRY + "(?:mismatch|doesn't match)")],
        tries={"trusted-host": _trusted(index), "cert": fails(lambda run: run)},
        fixes={"trust-host": True},
    )


@scenario(NAME, versions=["newest"])
def wrong_address(lab: Lab) -> Failure:
    _, run = _trusting(lab, "wrong-host", "127.0.0.1")
    return Failure(run, [Expected(NAME, RETRY + "IP address mismatch", {"host": "packages.example.org:8443"})])


@scenario(NO_NAME, versions=["24.3.1", "25.3"])
def address(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="good", name="127.0.0.1")
    by_name = index.simple.replace("127.0.0.1", "localhost")
    return Failure(
        _install(lab, index, "--cert", str(lab.project / "company-ca.pem")),
        [Expected(NO_NAME, "^ValueError: check_hostname requires server_hostname")],
        tries={"name": helps(lambda run: run.replaced(index.simple, by_name))},
    )


@scenario(PLAIN)
def no_tls(lab: Lab) -> Failure:
    port = lab.serve(not_tls()).port
    index = lab.index(wheel("demo", "1.0"))
    url = f"https://localhost:{port}/simple/"
    return Failure(
        lab.pip("install", "--retries", "1", "-i", url, "demo"),
        [Expected(PLAIN, RETRY + "WRONG_VERSION_NUMBER", HOST)],
        tries={
            "right-port": helps(lambda run: run.replaced(url, index.simple), environment="http"),
            "trusted-host": fails(lambda run: run.plus("--trusted-host", f"localhost:{port}")),
        },
    )


@scenario(PLAIN, versions=["20.3.4", "newest"], renderings=["pipe"])
def proxy_without_tls(lab: Lab) -> Failure:
    url = f"https://localhost:{lab.serve(not_tls()).port}"
    return Failure(
        lab.pip("install", "--retries", "1", "--proxy", url, "-i", "https://pypi.invalid/simple/", "demo"),
        [Expected(PLAIN, RETRY + "WRONG_VERSION_NUMBER")],
    )


@scenario(EOF)
def hangs_up(lab: Lab) -> Failure:
    port = lab.serve(dropping()).port
    return Failure(
        lab.pip("install", "--retries", "1", "-i", f"https://localhost:{port}/simple/", "demo"),
        [Expected(EOF, RETRY + r"\(EOF\)|" + RETRY + "EOF occurred in violation of protocol", HOST)],
        tries={"trusted-host": fails(lambda run: run.plus("--trusted-host", f"localhost:{port}"))},
    )


@scenario(OLD)
def old_protocol(lab: Lab) -> Failure:
    def spoil(made: certificates.Made) -> None:
        made.context.set_ciphers("ALL:@SECLEVEL=0")
        made.context.minimum_version = ssl.TLSVersion.TLSv1
        made.context.maximum_version = ssl.TLSVersion.TLSv1_1

    index, run = _served(lab, spoil)
    return Failure(
        run,
        [Expected(OLD, RETRY + r"\[SSL: (?:TLSV1_ALERT_PROTOCOL_VERSION|LEGACY_SIGALG)", HOST)],
        tries={"trusted-host": fails(lambda run: run.plus("--trusted-host", index.host))},
    )


@scenario(CLIENT, versions=["25.3", "newest"])
def client_certificate(lab: Lab) -> Failure:
    def spoil(made: certificates.Made) -> None:
        made.context.verify_mode = ssl.CERT_REQUIRED
        made.context.load_verify_locations(cadata=made.authority.decode())

    index, run = _served(lab, spoil)
    client = lab.folder("spoilt") / "server.pem"
    return Failure(
        run,
        [Expected(CLIENT, RETRY + "TLSV13_ALERT_CERTIFICATE_REQUIRED", HOST)],
        tries={
            "client-cert": helps(lambda run: run.plus("--client-cert", str(client))),
            "trusted-host": fails(lambda run: run.plus("--trusted-host", index.host)),
        },
    )


@scenario(CIPHER, versions=">=24.2")
def no_common_cipher(lab: Lab) -> Failure:
    def spoil(made: certificates.Made) -> None:
        made.context.maximum_version = ssl.TLSVersion.TLSv1_2
        made.context.set_ciphers("ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0")

    _, run = _served(lab, spoil)
    return Failure(
        run,
        [Expected(CIPHER, RETRY + "SSLV3_ALERT_HANDSHAKE_FAILURE", HOST)],
        tries={"upgrade-pip": fails(lambda run: [run.replaced("demo", "pip").plus("--upgrade"), run])},
    )


@scenario(UNSAID, versions=["20.3.4"], python="3.6")
def old_python(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="private-root")
    lab.tell_authority()
    return Failure(
        _install(lab, index),
        [Expected(UNSAID, RETRY + r"certificate verify failed \(_ssl", HOST)],
        tries={
            "cert": helps(lambda run: run.plus("--cert", str(lab.project / "company-ca.pem"))),
            "user": fails(lambda run: run.plus("--user")),
        },
        undo=lab.pip("uninstall", "--yes", "demo"),
        fixes={"trust-ca": True, "trust-host": True},
    )


MISSING = "/etc/ssl/company.pem"


@scenario(BUNDLE)
def missing_bundle(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="good")
    authority = lab.project / "company-ca.pem"
    lab.write(lab.home / ".config/pip/pip.conf", f"[global]\ncert = {authority}\n[install]\ncert = {MISSING}\n")
    return Failure(
        _install(lab, index),
        [Expected(BUNDLE, f"Could not find a suitable TLS CA certificate bundle, invalid path: {MISSING}")],
        tries={
            "remove-cert": helps(lambda run: [lab.pip("config", "unset", "install.cert"), run]),
            "right-path": helps(lambda run: run.plus("--cert", str(authority))),
            "upgrade-pip": fails(lambda run: [run.replaced("demo", "pip").plus("--upgrade"), run]),
        },
        undo=lab.pip("uninstall", "--yes", "demo"),
        fixes={"remove-cert-option": True},
    )


@scenario(BUNDLE)
def missing_bundle_variable(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="good")
    authority = str(lab.project / "company-ca.pem")
    return Failure(
        _install(lab, index, REQUESTS_CA_BUNDLE=MISSING),
        [Expected(BUNDLE, f"Could not find a suitable TLS CA certificate bundle, invalid path: {MISSING}")],
        tries={"unset": helps(lambda run: run.having(REQUESTS_CA_BUNDLE=authority))},
    )


@scenario(NOT_PEM)
def not_pem(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="good")
    lab.write("company.pem", "this is not a certificate\n")
    return Failure(
        _install(lab, index, "--cert", "company.pem"),
        [Expected(NOT_PEM, RETRY + "no certificate or crl found", HOST)],
        tries={"pem": helps(lambda run: run.replaced("company.pem", "company-ca.pem"))},
    )


@scenario(NOT_PEM, renderings=["pipe"])
def broken_pem(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="good")
    lab.write("company.pem", "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ\n-----END CERTIFICATE-----\n")
    return Failure(
        _install(lab, index, "--cert", "company.pem"),
        [Expected(NOT_PEM, RETRY + r"\[X509\] PEM lib", HOST)],
    )


def _no_authority(folder: Path) -> tuple[bytes, ssl.SSLContext]:
    """The PEM of what signs as an authority and says that it is none, and a server with such a certificate."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Corp")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    blank = x509.CertificateBuilder().issuer_name(issuer).public_key(key.public_key())
    blank = blank.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=365))
    basic = x509.BasicConstraints(ca=False, path_length=None)
    root = blank.subject_name(issuer).serial_number(1).add_extension(basic, critical=True)
    root = root.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    leaf = blank.subject_name(subject).serial_number(2)
    leaf = leaf.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    authority, server = (one.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM) for one in (root, leaf))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return authority, server_context([server], private, folder)


@scenario(STRICT)
def no_authority(lab: Lab) -> Failure:
    folder = lab.folder("strict")
    authority, context = _no_authority(folder)
    lab.write("company-ca.pem", authority)
    index = Index(context=context).start().add(wheel("demo", "1.0"))
    lab.closing(index.close)
    lab.show_port(index.port)
    return Failure(
        _install(lab, index, "--cert", str(lab.project / "company-ca.pem")),
        [Expected(STRICT, RETRY + "invalid CA certificate", HOST)],
        tries={"trusted-host": _trusted(index)},
        fixes={"trust-host": True},
    )


@scenario(NO_SSL)
def no_ssl(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="good")
    # A Python that was built without OpenSSL lacks the extension module: to pip it is the same if it fails to load.
    folder = lab.folder("python-without-ssl")
    (folder / "ssl.py").write_text("import _ssl\n")
    (folder / "_ssl.py").write_text("raise ModuleNotFoundError(\"No module named '_ssl'\", name='_ssl')\n")
    authority = str(lab.project / "company-ca.pem")
    return Failure(
        _install(lab, index, PYTHONPATH=str(folder)),
        [Expected(NO_SSL, "pip is configured with locations that require TLS/SSL|Disabling truststore", HOST)],
        tries={
            "other-python": helps(lambda run: run.having(PYTHONPATH=None, REQUESTS_CA_BUNDLE=authority)),
            "trusted-host": fails(lambda run: run.plus("--trusted-host", index.host)),
        },
    )
