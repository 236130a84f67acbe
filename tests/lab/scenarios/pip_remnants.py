"""What is left of a failure whose cause is not shown, and failures that need an odd shell, server or version."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time

import trustme

from tests.lab import tools
from tests.lab.execute import Command
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from tests.lab.servers import Plain
from unstuck.demo.packages import sdist, wheel

FEW = ("20.3.4", "23.2.1", "25.3", "newest")
PACKAGES = ["setuptools==68.2.2", "wheel==0.42.0"]
NO_CACHE = fails(lambda run: run.plus("--no-cache-dir"))
BACKEND = """import os
def prepare_metadata_for_build_wheel(folder, settings=None):
    os.mkdir(f"{folder}/demo-1.0.dist-info")
    with open(f"{folder}/demo-1.0.dist-info/METADATA", "w") as file:
        file.write("Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n")
    return "demo-1.0.dist-info"
def build_wheel(folder, settings=None, metadata=None):
    import zipfile
    with zipfile.ZipFile(f"{folder}/demo-2.0-py3-none-any.whl", "w") as file:
        file.writestr("demo-2.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: demo\\nVersion: 3.0\\n")
        file.writestr("demo-2.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
    return "demo-2.0-py3-none-any.whl"
"""
OWN_BACKEND = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


@scenario("pip/failed-to-build-wheel", versions=FEW)
def wheel_of_another_name(lab: Lab) -> Failure:
    index = lab.index(sdist("demo", "1.0", pyproject=OWN_BACKEND, files={"backend.py": BACKEND}))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo"),
        [Expected("pip/failed-to-build-wheel", "WARNING: Built wheel for demo is invalid")],
        tries={"no-cache-dir": NO_CACHE},
    )


@scenario("pip/metadata-generation-failed", versions=("22.0.4", "23.2.1", "24.3.1", "newest"), packages=PACKAGES)
def end_of_a_log(lab: Lab) -> Failure:
    index = lab.index(sdist("demo", "1.0", setup_py="import sys; sys.exit(3)\n"))
    line = f"pip install --no-build-isolation --index-url {index.simple} demo 2>&1 | tail -n 7"
    return Failure(
        lab.command("bash", "-o", "pipefail", "-c", line),
        [Expected("pip/metadata-generation-failed", "error: metadata-generation-failed")],
    )


@scenario("pip/invalid-version", versions=FEW, packages=PACKAGES)
def version_of_no_form(lab: Lab) -> Failure:
    setup = "from setuptools import setup\nsetup(name='demo', version='4.0.0-unsupported', py_modules=[])\n"
    lab.write("source/setup.py", setup)
    correct = lab.command("sed", "-i", "s/4.0.0-unsupported/4.0.0+unsupported/", "source/setup.py")
    return Failure(
        lab.pip("install", "--no-build-isolation", "--no-index", "./source"),
        [Expected("pip/invalid-version", "InvalidVersion: Invalid version", {"version": "4.0.0-unsupported"})],
        tries={"correct": helps(lambda run: [correct, run])},
    )


@scenario("pip/connection-broken", versions=FEW)
def endless_header(lab: Lab) -> Failure:
    answer = b"HTTP/1.1 200 OK\r\nX-Trace: " + b"0" * 70_000 + b"\r\n\r\n"
    server = lab.serve(Plain(lambda connection: connection.sendall(answer)))
    index = lab.index(wheel("demo", "1.0"))
    wrong = f"http://localhost:{server.port}/simple/"
    return Failure(
        lab.pip("install", "--retries", "1", "--index-url", wrong, "demo"),
        [Expected("pip/connection-broken", "WARNING: Retrying|Could not fetch URL")],
        tries={
            "reason": helps(lambda run: run.replaced(wrong, index.simple)),
        },
    )


def patient() -> str | None:
    return None if os.environ.get("UNSTUCK_LAB_SLOW") else "takes minutes: set UNSTUCK_LAB_SLOW=1"


@scenario("pip/resolution-too-deep", versions=("newest",), needs=patient)
def every_combination(lab: Lab) -> Failure:
    # Each package excludes a part of x's versions, and all together all of them: pip finds out by trying.
    packages, versions = 6, 10
    names = [f"part{number}" for number in range(packages)]
    index = lab.index(
        *(wheel("x", f"{block}.{minor}") for block in range(packages) for minor in range(2)),
        *(
            wheel(name, f"1.{version}", requires=[f"x!={block}.*"])
            for block, name in enumerate(names)
            for version in range(versions)
        ),
    )
    return Failure(
        lab.pip("install", "-q", "--index-url", index.simple, *names, timeout=900),
        [Expected("pip/resolution-too-deep", "error: resolution-too-deep")],
    )


@scenario("pip/unquoted-extra", tool="zsh")
def brackets(lab: Lab) -> Failure:
    root, _ = tools.debian("zsh")
    shell = next(path for path in (root / "bin/zsh", root / "usr/bin/zsh") if path.exists())
    index = lab.index(wheel("demo", "1.0", extras=["plot"]))
    pip = f"pip install --index-url {index.simple}"

    def typed(line: str) -> Command:
        """An interactive shell in which this is typed."""
        return Command((str(shell), "-f", "-i"), lab.project, {"PS1": "% "}, f"{line}\nexit\n")

    return Failure(
        typed(f"{pip} demo[plot]"),
        [Expected("pip/unquoted-extra", "zsh: no matches found", {"requirement": "demo[plot]"})],
        tries={
            "quote": helps(lambda _: typed(f"{pip} 'demo[plot]'")),
            "escape": helps(lambda _: typed(f"{pip} demo\\[plot\\]")),
        },
        fixes={"quote-command": True},
    )


@scenario("pip/tls-legacy-renegotiation", versions=FEW)
def old_server(lab: Lab) -> Failure:
    """GnuTLS's server without RFC 5746, as old middleboxes are."""
    root, _ = tools.debian("gnutls-bin")
    authority = trustme.CA()
    ca = lab.write("ca.pem", authority.cert_pem.bytes())
    pem = lab.write("server.pem", authority.issue_cert("localhost").private_key_and_cert_chain_pem.bytes())
    port = lab.closed_port()
    process = subprocess.Popen(
        [
            root / "usr/bin/gnutls-serv", "--http", "--port", str(port), "--x509certfile", pem,
            "--x509keyfile", pem,
            "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION",
        ],
        env={**lab.env, "LD_LIBRARY_PATH": str(next(root.glob("usr/lib/*-linux-gnu")))},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def stop() -> None:
        process.send_signal(signal.SIGTERM)
        process.wait(10)

    lab.closing(stop)
    for _ in range(100):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    lab.write("openssl.cnf", OPENSSL)
    return Failure(
        lab.pip("install", "--retries", "1", "--cert", ca, "--index-url", f"https://localhost:{port}/simple/", "demo"),
        [Expected("pip/tls-legacy-renegotiation", "WARNING: Retrying.*UNSAFE_LEGACY_RENEGOTIATION")],
        tries={
            "openssl-conf": helps(
                lambda run: run.having(OPENSSL_CONF=str(lab.project / "openssl.cnf")),
                succeeded=lambda output: "LEGACY" not in output.text,
            ),
            "trusted-host": fails(lambda run: run.plus("--trusted-host", "localhost")),
        },
    )


OPENSSL = """openssl_conf = main
[main]
ssl_conf = ssl
[ssl]
system_default = defaults
[defaults]
Options = UnsafeLegacyServerConnect
"""
