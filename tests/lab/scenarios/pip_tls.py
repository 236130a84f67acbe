"""TLS: what pip says of an index whose certificate it cannot verify."""

from __future__ import annotations

from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.packages import wheel

SELF_SIGNED = "pip/tls-ssl-certificate-verify-failed-self-signed"
RETRY = r"WARNING: Retrying .*total=4.*CERTIFICATE_VERIFY_FAILED.*self.signed certificate in certificate chain"


@scenario(SELF_SIGNED)
def index(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="private-root")
    authority = lab.project / "company-ca.pem"
    other = lab.write("other-ca.pem", lab.other_authority())
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo"),
        [Expected(SELF_SIGNED, RETRY, {"host": "pypi.example.com:8443"}, occurrences=5)],
        tries={
            "trusted-host": helps(lambda run: run.plus("--trusted-host", index.host)),
            "cert": helps(lambda run: run.plus("--cert", str(authority))),
            "cert-variable": helps(lambda run: run.having(REQUESTS_CA_BUNDLE=str(authority))),
            "system-store": helps(lambda run: run.having(SSL_CERT_FILE=str(authority)), versions=">=24.2"),
            "user": fails(lambda run: run.plus("--user")),
            "wrong-cert": fails(lambda run: run.plus("--cert", str(other))),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
        },
        undo=lab.pip("uninstall", "--yes", "demo"),
        fixes={"trust-ca": True, "trust-host": True},
    )
