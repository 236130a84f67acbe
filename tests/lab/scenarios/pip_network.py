"""Network: what pip says when a server or a proxy cannot be reached, or hangs up."""

from __future__ import annotations

import shutil
import socket
from dataclasses import replace

from tests.lab.execute import Command
from tests.lab.faults import hang_up, reset, slow
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from tests.lab.servers import Plain, not_tls, proxy, silent
from unstuck.demo.packages import wheel

REFUSED = "pip/connection-refused"
RESET = "pip/connection-reset"
READ = "pip/read-timeout"
CONNECT = "pip/connect-timeout"
NAME = "pip/name-resolution"
UNREACHABLE = "pip/network-unreachable"
PROXY_DOWN = "pip/proxy-unreachable"
PROXY_NO = "pip/proxy-refused"
PROXY_LOGIN = "pip/proxy-authentication-required"
PROXY_URL = "pip/proxy-url-invalid"
PROXY_HTTPS = "pip/proxy-https-scheme"
PROXY_SOCKS = "pip/proxy-socks-missing"
BROKEN = r"WARNING: Retrying .*after connection broken by .*"
# A host that no name server knows (RFC 2606): behind a proxy nobody asks for it.
ELSEWHERE = "https://pypi.invalid/simple/"
WHEEL = "demo-1.0-py3-none-any.whl"


def _install(lab: Lab, *arguments: str, **env: str) -> Command:
    return lab.pip("install", "--retries", "1", *arguments, **env)


def _through(lab: Lab, url: str, target: str = ELSEWHERE) -> Command:
    """pip with the proxy `url`; the target is an index, or a file."""
    what = ("-i", target, "demo") if target.endswith("/") else (target,)
    return _install(lab, "--proxy", url, *what)


@scenario(REFUSED)
def refused(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    url = f"http://localhost:{lab.closed_port()}/simple/"
    return Failure(
        _install(lab, "-i", url, "demo"),
        [Expected(REFUSED, BROKEN + "Connection refused")],
        tries={
            "index-url": helps(lambda run: run.replaced(url, index.simple)),
            "no-cache-dir": fails(lambda run: run.plus("--no-cache-dir")),
        },
    )


@scenario(REFUSED)
def refused_url(lab: Lab) -> Failure:
    url = f"http://localhost:{lab.closed_port()}/files/{WHEEL}"
    return Failure(_install(lab, url), [Expected(REFUSED, BROKEN + "Connection refused")])


@scenario(REFUSED, renderings=["pipe"])
def refused_without_retries(lab: Lab) -> Failure:
    url = f"http://localhost:{lab.closed_port()}/requirements.txt"
    return Failure(
        lab.pip("install", "--retries", "0", "-r", url),
        [Expected(REFUSED, r"(?:ERROR: Could not install packages.*|^\W*\[Errno 111\] )Connection refused")],
    )


@scenario(RESET)
def reset_page(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).fault("*", reset(), times=2)
    return Failure(
        _install(lab, "-i", index.simple, "demo", PIP_DISABLE_PIP_VERSION_CHECK="1"),
        [Expected(RESET, BROKEN + "ConnectionResetError")],
        tries={"later": helps(lambda run: [run, run])},
    )


@scenario(RESET)
def closed_file(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).fault("/files/*", hang_up())
    return Failure(_install(lab, "-i", index.simple, "demo"), [Expected(RESET, BROKEN + "RemoteDisconnected")])


@scenario(READ)
def read_timeout(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).fault("/simple/demo/", slow(2))
    lab.write(lab.home / ".config/pip/pip.conf", "[global]\ntimeout = 0.8\n")
    return Failure(
        _install(lab, "-i", index.simple, "demo"),
        [Expected(READ, BROKEN + "ReadTimeoutError")],
        tries={"timeout": helps(lambda run: run.plus("--timeout", "10"))},
        undo=lab.pip("uninstall", "--yes", "demo"),
        fixes={"longer-timeout": True},
    )


@scenario(READ)
def read_timeout_url(lab: Lab) -> Failure:
    port = lab.serve(silent()).port
    return Failure(
        _install(lab, "--timeout", "0.8", f"http://localhost:{port}/files/{WHEEL}"),
        [Expected(READ, BROKEN + "ReadTimeoutError")],
    )


def _stalling() -> Plain:
    """Answers a request for a file with a part of it, then says nothing more."""

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 20000\r\n\r\n"
        connection.sendall(head + bytes(1000))
        connection.recv(65536)

    return Plain(answer)


@scenario(READ, versions="<25", renderings=["pipe"])
def read_timeout_in_file(lab: Lab) -> Failure:
    port = lab.serve(_stalling()).port
    return Failure(
        _install(lab, "--timeout", "0.8", f"http://localhost:{port}/files/{WHEEL}"),
        [Expected(READ, r"^pip\._vendor\.urllib3\.exceptions\.ReadTimeoutError", {"host": "pypi.example.com"})],
    )


def _full(lab: Lab) -> int:
    """A port whose queue is full: who connects gets no answer at all."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    lab.closing(listener.close)
    port = int(listener.getsockname()[1])
    for _ in range(3):
        waiting = socket.socket()
        waiting.setblocking(False)
        waiting.connect_ex(("127.0.0.1", port))
        lab.closing(waiting.close)
    lab.show_port(port)
    return port


@scenario(CONNECT)
def connect_timeout(lab: Lab) -> Failure:
    url = f"http://127.0.0.1:{_full(lab)}/simple/"
    return Failure(
        _install(lab, "--timeout", "0.8", "-i", url, "demo"), [Expected(CONNECT, BROKEN + "ConnectTimeoutError")]
    )


def _offline(lab: Lab, *arguments: str) -> Command:
    """pip in a network namespace of its own, in which there is nothing."""
    return replace(
        lab.command(lab.venv / "bin/pip", "install", "--retries", "1", *arguments), within=("unshare", "-rn")
    )


def _needs_unshare() -> str | None:
    return None if shutil.which("unshare") else "unshare makes the network namespace, and is not here"


@scenario(NAME, needs=_needs_unshare)
def no_name_server(lab: Lab) -> Failure:
    return Failure(
        _offline(lab, "-i", "https://pypi.example.com/simple/", "demo"),
        [Expected(NAME, BROKEN + "Temporary failure in name resolution")],
    )


@scenario(NAME, needs=_needs_unshare, renderings=["pipe"])
def no_name_server_url(lab: Lab) -> Failure:
    return Failure(
        _offline(lab, f"https://pypi.example.com/files/{WHEEL}"),
        [Expected(NAME, BROKEN + "Temporary failure in name resolution")],
    )


@scenario(UNREACHABLE, needs=_needs_unshare)
def unreachable(lab: Lab) -> Failure:
    lab.show("192.0.2.1", "pypi.example.com")
    return Failure(
        _offline(lab, "-i", "https://192.0.2.1/simple/", "demo"),
        [Expected(UNREACHABLE, BROKEN + "Network is unreachable")],
    )


@scenario(PROXY_DOWN)
def proxy_refused(lab: Lab) -> Failure:
    url = f"http://localhost:{lab.closed_port()}"
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        _through(lab, url),
        [Expected(PROXY_DOWN, BROKEN + "Connection refused")],
        tries={
            "no-proxy": helps(lambda run: run.less("--proxy", url).replaced(ELSEWHERE, index.simple)),
            "trusted-host": fails(lambda run: run.plus("--trusted-host", "pypi.invalid")),
        },
    )


@scenario(PROXY_DOWN, renderings=["pipe"])
def proxy_refused_url(lab: Lab) -> Failure:
    return Failure(
        _through(lab, f"http://localhost:{lab.closed_port()}", f"https://pypi.invalid/{WHEEL}"),
        [Expected(PROXY_DOWN, BROKEN + r"ProxyError.*refused|\('Unable to connect to proxy'")],
    )


@scenario(PROXY_NO)
def proxy_403(lab: Lab) -> Failure:
    url = f"http://localhost:{lab.serve(proxy()).port}"
    return Failure(
        _through(lab, url),
        [Expected(PROXY_NO, BROKEN + "Tunnel connection failed: 403", {"status": "403"})],
        tries={"trusted-host": fails(lambda run: run.plus("--trusted-host", "pypi.invalid"))},
    )


@scenario(PROXY_NO, renderings=["pipe"])
def proxy_503_url(lab: Lab) -> Failure:
    url = f"http://localhost:{lab.serve(proxy('503 Service Unavailable')).port}"
    return Failure(
        _through(lab, url, f"https://pypi.invalid/{WHEEL}"),
        [Expected(PROXY_NO, BROKEN + "Tunnel connection failed: 503", {"status": "503"})],
    )


@scenario(PROXY_LOGIN)
def proxy_407(lab: Lab) -> Failure:
    port = lab.serve(proxy("407 Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="p"\r\n')).port
    return Failure(
        _through(lab, f"http://localhost:{port}"),
        [Expected(PROXY_LOGIN, BROKEN + "Tunnel connection failed: 407")],
        tries={"trusted-host": fails(lambda run: run.plus("--trusted-host", "pypi.invalid"))},
    )


@scenario(PROXY_URL)
def proxy_without_host(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        _through(lab, "http://"),
        [Expected(PROXY_URL, "Please check proxy URL. It is malformed")],
        tries={"unset": helps(lambda run: run.less("--proxy", "http://").replaced(ELSEWHERE, index.simple))},
    )


@scenario(PROXY_URL, renderings=["pipe"])
def proxy_of_other_scheme(lab: Lab) -> Failure:
    return Failure(
        _install(lab, "-i", ELSEWHERE, "demo", HTTPS_PROXY="ftp://localhost:3128"),
        [Expected(PROXY_URL, "Not supported proxy scheme ftp|Proxy URL had unsupported scheme ftp", {"value": "ftp"})],
    )


@scenario(PROXY_URL, renderings=["pipe"])
def proxy_password(lab: Lab) -> Failure:
    return Failure(
        _through(lab, "http://user:pa#ss@proxy.invalid:3128"),
        [Expected(PROXY_URL, "ERROR: Could not install packages due to an .*Failed to parse")],
    )


@scenario(PROXY_HTTPS, versions=">=22,<26")
def proxy_https(lab: Lab) -> Failure:
    url = f"https://localhost:{lab.serve(not_tls()).port}"
    return Failure(
        _through(lab, url),
        [Expected(PROXY_HTTPS, BROKEN + "Your proxy appears to only use HTTP")],
        tries={"trusted-host": fails(lambda run: run.plus("--trusted-host", "pypi.invalid"))},
    )


@scenario(PROXY_SOCKS)
def proxy_socks(lab: Lab) -> Failure:
    url = f"socks5://localhost:{lab.closed_port()}"
    index = lab.index(wheel("pysocks", "1.7.1"), wheel("demo", "1.0"))
    return Failure(
        _through(lab, url),
        [Expected(PROXY_SOCKS, "Missing dependencies for SOCKS support")],
        tries={
            "pip-install": fails(lambda run: run.replaced("demo", "pysocks")),
            "unset": helps(
                lambda run: run.less("--proxy", url).replaced(ELSEWHERE, index.simple).replaced("demo", "pysocks")
            ),
        },
    )
