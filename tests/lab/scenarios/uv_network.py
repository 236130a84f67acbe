"""uv and the network: certificates that it refuses, servers that it cannot reach, indexes that refuse it."""

from __future__ import annotations

from tests.lab.execute import Command
from tests.lab.faults import content, reset, slow, status
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from tests.lab.servers import dropping, not_tls, proxy
from unstuck.demo.packages import wheel

UNTRUSTED = "uv/tls-certificate-untrusted"
INVALID = "uv/tls-certificate-invalid"
GREETING = "uv/tls-handshake-failed"
CA_FILE = "uv/ca-file-not-usable"
CONNECTION = "uv/connection-failed"
NAME = "uv/name-resolution"
TIMEOUT = "uv/timeout"
PROXY = "uv/proxy-failed"
LOGIN = "uv/index-credentials"
STATUS = "uv/http-error"
TYPE = "uv/index-content-type"
LINKS = "uv/find-links-not-found"
HOST = {"host": "pypi.example.com:8443"}
ELSEWHERE = "https://pypi.invalid/simple/"


def _install(lab: Lab, url: str, *options: str, **env: str) -> Command:
    return lab.uv("pip", "install", *options, "--index-url", url, "demo", **{"UV_HTTP_RETRIES": "0", **env})


@scenario(UNTRUSTED, tool="uv")
def private_root(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="private-root")
    return Failure(
        _install(lab, index.simple),
        [Expected(UNTRUSTED, "invalid peer certificate: UnknownIssuer", HOST)],
        tries={
            "ssl-cert-file": helps(lambda run: run.having(SSL_CERT_FILE=str(lab.project / "company-ca.pem"))),
            "insecure-host": helps(lambda run: run.plus("--allow-insecure-host", index.host)),
            "pip-conf": fails(lambda run: run.having(PIP_TRUSTED_HOST=index.host)),
        },
        undo=lab.uv("pip", "uninstall", "demo"),
        fixes={"allow-insecure-host": True},
    )


@scenario(INVALID, tool="uv")
def expired(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="expired")
    return Failure(
        _install(lab, index.simple, SSL_CERT_FILE=str(lab.project / "company-ca.pem")),
        [Expected(INVALID, "invalid peer certificate: certificate expired", HOST)],
        tries={"ssl-cert-file": fails(lambda run: run)},
        fixes={"allow-insecure-host": True},
    )


@scenario(INVALID, tool="uv")
def wrong_host(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="wrong-host")
    return Failure(
        _install(lab, index.simple, SSL_CERT_FILE=str(lab.project / "company-ca.pem")),
        [Expected(INVALID, "invalid peer certificate: certificate not valid for name", HOST)],
    )


@scenario(INVALID, tool="uv", renderings=["pipe"])
def not_yet_valid(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="not-yet-valid")
    return Failure(
        _install(lab, index.simple, SSL_CERT_FILE=str(lab.project / "company-ca.pem")),
        [Expected(INVALID, "invalid peer certificate: certificate not valid yet", HOST)],
    )


@scenario(GREETING, tool="uv")
def no_tls(lab: Lab) -> Failure:
    port = lab.serve(not_tls()).port
    return Failure(
        _install(lab, f"https://localhost:{port}/simple/"),
        [Expected(GREETING, "received corrupt message of type InvalidContentType", HOST)],
        tries={"insecure-host": fails(lambda run: run.plus("--allow-insecure-host", f"localhost:{port}"))},
    )


@scenario(GREETING, tool="uv", renderings=["pipe"])
def hangs_up(lab: Lab) -> Failure:
    port = lab.serve(dropping()).port
    return Failure(_install(lab, f"https://localhost:{port}/simple/"), [Expected(GREETING, "tls handshake eof", HOST)])


@scenario(CA_FILE, tool="uv")
def no_ca_file(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="good")
    return Failure(
        _install(lab, index.simple, SSL_CERT_FILE="/etc/ssl/company.pem"),
        [Expected(CA_FILE, "warning: Invalid `SSL_CERT_FILE`", {"path": "/etc/ssl/company.pem"})],
        tries={"correct": helps(lambda run: run.having(SSL_CERT_FILE=str(lab.project / "company-ca.pem")))},
    )


@scenario(CA_FILE, tool="uv")
def not_pem(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="good")
    lab.write("company.pem", "this is not a certificate\n")
    return Failure(
        _install(lab, index.simple, SSL_CERT_FILE="company.pem"),
        [Expected(CA_FILE, "warning: No valid certificates found in `SSL_CERT_FILE`")],
    )


@scenario(CONNECTION, tool="uv")
def refused(lab: Lab) -> Failure:
    url = f"http://localhost:{lab.closed_port()}/simple/"
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        _install(lab, url),
        [Expected(CONNECTION, r"Connection refused \(os error 111\)", {"reason": "Connection refused"})],
        tries={"url": helps(lambda run: run.replaced(url, index.simple))},
    )


@scenario(CONNECTION, tool="uv", renderings=["pipe"])
def reset_page(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).fault("*", reset())
    return Failure(
        _install(lab, index.simple), [Expected(CONNECTION, r"Connection reset by peer \(os error 104\)", HOST)]
    )


@scenario(NAME, tool="uv")
def unknown_name(lab: Lab) -> Failure:
    return Failure(
        lab.command("unshare", "-rn", "uv", "pip", "install", "--index-url", ELSEWHERE, "demo", UV_HTTP_RETRIES="0"),
        [Expected(NAME, "failed to lookup address information", {"host": "pypi.invalid"})],
    )


@scenario(TIMEOUT, tool="uv")
def timeout(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).fault("/simple/*", slow(3))
    return Failure(
        _install(lab, index.simple, UV_HTTP_TIMEOUT="1"),
        [Expected(TIMEOUT, "cause: operation timed out", HOST)],
        tries={"timeout": helps(lambda run: run.having(UV_HTTP_TIMEOUT="30"))},
    )


@scenario(PROXY, tool="uv")
def proxy_refused(lab: Lab) -> Failure:
    url = f"http://localhost:{lab.closed_port()}"
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        _install(lab, ELSEWHERE, HTTPS_PROXY=url),
        [Expected(PROXY, "tunnel error: failed to create underlying connection", {"host": "pypi.invalid"})],
        tries={"no-proxy": helps(lambda run: run.having(HTTPS_PROXY=None).replaced(ELSEWHERE, index.simple))},
    )


@scenario(PROXY, tool="uv", renderings=["pipe"])
def proxy_403(lab: Lab) -> Failure:
    url = f"http://localhost:{lab.serve(proxy()).port}"
    return Failure(_install(lab, ELSEWHERE, HTTPS_PROXY=url), [Expected(PROXY, "tunnel error: unsuccessful")])


@scenario(PROXY, tool="uv", renderings=["pipe"])
def proxy_407(lab: Lab) -> Failure:
    url = f"http://localhost:{lab.serve(proxy('407 Proxy Authentication Required')).port}"
    return Failure(
        _install(lab, ELSEWHERE, HTTPS_PROXY=url), [Expected(PROXY, "tunnel error: proxy authorization required")]
    )


@scenario(STATUS, tool="uv")
def page_503(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).fault("/simple/*", status(503), times=1)
    return Failure(
        _install(lab, index.simple),
        [Expected(STATUS, r"HTTP status server error \(503", {**HOST, "status": "503"})],
        tries={"later": helps(lambda run: [run, run])},
    )


@scenario(STATUS, tool="uv")
def file_404(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).fault("/files/*", status(404))
    return Failure(
        _install(lab, index.simple), [Expected(STATUS, r"HTTP status client error \(404", {**HOST, "status": "404"})]
    )


@scenario(LOGIN, tool="uv")
def file_401(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).fault("/files/*", status(401))
    return Failure(
        _install(lab, index.simple), [Expected(LOGIN, r"HTTP status client error \(401", {**HOST, "status": "401"})]
    )


@scenario(TYPE, tool="uv")
def content_type(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).fault("/json/*", content("{}", "application/json"))
    wrong = index.url + "/json/"
    return Failure(
        _install(lab, wrong),
        [Expected(TYPE, "error: Unsupported `Content-Type`", {"value": "application/json"})],
        tries={"simple": helps(lambda run: run.replaced(wrong, index.simple))},
    )


@scenario(LINKS, tool="uv")
def links(lab: Lab) -> Failure:
    return Failure(
        lab.uv("pip", "install", "--no-index", "--find-links", "wheels", "demo"),
        [Expected(LINKS, "error: Failed to read `--find-links` directory")],
    )
