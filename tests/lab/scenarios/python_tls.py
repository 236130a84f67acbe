"""Certificates that Python programs refuse: urllib and requests."""

from __future__ import annotations

from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.packages import wheel

PYTHON = "python/tls-certificate-verify-failed"


@scenario(PYTHON, tool="python")
def urllib(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="private-root")
    authority = str(lab.project / "company-ca.pem")
    lab.write("fetch.py", f"import urllib.request\n\nurllib.request.urlopen({index.simple!r})\n")
    return Failure(
        lab.interpreter("fetch.py"),
        [Expected(PYTHON, r"^ssl\.SSL(?:CertVerification)?Error: \[SSL: CERTIFICATE_VERIFY_FAILED\]")],
        tries={
            "ssl-cert-file": helps(lambda run: run.having(SSL_CERT_FILE=authority)),
            "pip-config": fails(lambda run: run.having(PIP_CERT=authority)),
            "pythonhttpsverify": fails(lambda run: run.having(PYTHONHTTPSVERIFY="0")),
        },
    )


@scenario(
    PYTHON,
    tool="python",
    versions=["3.13"],
    renderings=["pipe"],
    packages=["requests==2.32.3", "urllib3==2.2.3", "certifi==2024.8.30", "idna==3.10", "charset-normalizer==3.4.0"],
)
def requests(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="unknown-issuer")
    lab.write("fetch.py", f"import requests\n\nrequests.get({index.simple!r})\n")
    return Failure(
        lab.interpreter("fetch.py"),
        [Expected(PYTHON, r"^ssl\.SSLCertVerificationError: \[SSL: CERTIFICATE_VERIFY_FAILED\]")],
    )
