"""TLS: what pip says of an index whose certificate it cannot verify."""

from __future__ import annotations

from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.packages import wheel

SELF_SIGNED = "pip/tls-ssl-certificate-verify-failed-self-signed"
CHAIN = r"self.signed certificate in certificate chain"
RETRY = rf"WARNING: Retrying .*total=4.*{CHAIN}"
HOST = {"host": "pypi.example.com:8443"}


@scenario(SELF_SIGNED)
def index(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="private-root")
    authority = lab.project / "company-ca.pem"
    other = lab.write("elsewhere/other.pem", lab.other_authority())
    install = lab.pip("install", "--index-url", index.simple, "demo")
    lab.tell_authority()
    return Failure(
        install,
        [Expected(SELF_SIGNED, RETRY, HOST, occurrences=5)],
        tries={
            "trusted-host": helps(lambda run: run.plus("--trusted-host", index.host)),
            "cert": helps(lambda run: run.plus("--cert", str(authority))),
            "cert-variable": helps(lambda run: run.having(REQUESTS_CA_BUNDLE=str(authority))),
            # The variable stands for the store, which a test must not touch: OpenSSL reads either.
            "system-store": helps(
                lambda run: run.having(SSL_CERT_FILE=str(authority)), versions=">=24.2", environment="SSL_CERT_FILE"
            ),
            "user": fails(lambda run: run.plus("--user")),
            "wrong-cert": fails(lambda run: run.plus("--cert", str(other))),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
            "pythonhttpsverify": fails(lambda run: run.having(PYTHONHTTPSVERIFY="0")),
            "upgrade-pip": fails(lambda run: [run.replaced("demo", "pip").plus("--upgrade"), run]),
            "cert-overridden": fails(
                lambda run: run.plus("--cert", str(authority)).having(REQUESTS_CA_BUNDLE=str(other))
            ),
        },
        undo=lab.pip("uninstall", "--yes", "demo"),
        fixes={"trust-ca": True, "trust-host": True},
    )


@scenario(SELF_SIGNED)
def direct_url(lab: Lab) -> Failure:
    demo = wheel("demo", "1.0")
    index = lab.index(demo, tls="private-root")
    lab.tell_authority()
    return Failure(
        lab.pip("install", "--no-deps", index.file_url(demo)),
        [Expected(SELF_SIGNED, RETRY)],
        undo=lab.pip("uninstall", "--yes", "demo"),
        fixes={"trust-ca": True, "trust-host": True},
    )


@scenario(SELF_SIGNED)
def requirements_url(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="private-root")
    url = index.page("/team/requirements.txt", f"--index-url {index.simple}\ndemo\n", "text/plain")
    return Failure(
        lab.pip("install", "--retries", "0", "-r", url),
        [Expected(SELF_SIGNED, rf"(?:ERROR: Could not install.*|\[SSL: .*){CHAIN}")],
    )


@scenario(SELF_SIGNED)
def without_retries(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="private-root")
    return Failure(
        lab.pip("install", "--retries", "0", "--index-url", index.simple, "demo"),
        [Expected(SELF_SIGNED, rf"Could not fetch URL (?!\S*/pip/: ).*{CHAIN}", HOST)],
    )


@scenario(SELF_SIGNED, renderings=["pipe"])
def download(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="private-root")
    return Failure(
        lab.pip("download", "--retries", "1", "--index-url", index.simple, "demo"),
        [Expected(SELF_SIGNED, rf"WARNING: Retrying .*total=0.*{CHAIN}", HOST, occurrences=1)],
    )


@scenario(SELF_SIGNED, versions=">=22", renderings=["pipe"])
def index_versions(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="private-root")
    return Failure(
        lab.pip("index", "versions", "--retries", "1", "--index-url", index.simple, "demo"),
        [Expected(SELF_SIGNED, rf"WARNING: Retrying .*total=0.*{CHAIN}", HOST)],
    )
