"""pip's failures that a requirements file's own options cause."""

from __future__ import annotations

from tests.lab.scenario import Expected, Failure, Lab, scenario
from unstuck.demo.packages import wheel


@scenario("pip/untrusted-http-host", versions=("20.3.4", "23.2.1", "newest"), renderings=["pipe"])
def index_in_a_file_has_https(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="good", name="0.0.0.0")
    lab.write(lab.home / ".config/pip/pip.conf", f"[global]\ncert = {lab.project}/company-ca.pem\n")
    lab.write("requirements.txt", f"--index-url {index.simple.replace('https', 'http')}\ndemo==1.0\n")
    return Failure(
        lab.pip("install", "-r", "requirements.txt"),
        [Expected("pip/untrusted-http-host", "is not a trusted or secure host", {"host": "mirror.example.com"})],
        fixes={"https-in-file": True},
    )
