"""The index: what pip says of one that refuses, redirects, answers with something else, or breaks off."""

from __future__ import annotations

from tests.lab.faults import content, redirect, status, truncated
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.packages import wheel

HTTP = "pip/untrusted-http-host"
LOGIN = "pip/index-login-required"
WRONG = "pip/index-credentials-rejected"
LOOP = "pip/redirect-loop"
TYPE = "pip/index-content-type"
SCHEME = "pip/index-url-without-scheme"
INVALID = "pip/index-url-invalid"
VCS = "pip/index-url-is-vcs"
PART = "pip/download-incomplete"
MIRROR = {"host": "mirror.example.com"}
HOST = {"host": "pypi.example.com:8443"}
# Where pip looks for a newer pip as well, and says the same of that page.
QUIET = {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}


@scenario(HTTP)
def http_index(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), name="0.0.0.0")
    return Failure(
        lab.pip("install", "-i", index.simple, "demo"),
        [Expected(HTTP, "The repository located at .* is not a trusted or secure host", MIRROR)],
        tries={
            "trusted-host": helps(lambda run: run.plus("--trusted-host", index.name)),
            "with-scheme": fails(lambda run: run.plus("--trusted-host", index.url)),
        },
        undo=lab.pip("uninstall", "--yes", "demo"),
        fixes={"trust-host": True},
    )


@scenario(HTTP)
def http_extra(lab: Lab) -> Failure:
    good = lab.index()
    index = lab.index(wheel("demo", "1.0"), name="0.0.0.0")
    return Failure(
        lab.pip("install", "-i", good.simple, "--extra-index-url", index.simple, "demo"),
        [Expected(HTTP, "The repository located at .* is not a trusted or secure host", MIRROR)],
    )


@scenario(HTTP, renderings=["pipe"])
def http_links(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), name="0.0.0.0")
    return Failure(
        lab.pip("install", "--no-index", "--find-links", f"{index.simple}demo/", "demo"),
        [Expected(HTTP, "The repository located at .* is not a trusted or secure host", MIRROR)],
    )


@scenario(LOGIN, renderings=["pipe"])
def login(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    index.login = ("alice", "secret")
    return Failure(
        lab.pip("install", "-i", index.simple, "demo"),
        [Expected(LOGIN, "User for .*: ", HOST)],
        tries={"url": helps(lambda run: run.replaced(index.simple, index.simple.replace("//", "//alice:secret@")))},
    )


@scenario(WRONG, versions=">=22")
def wrong_login(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    index.login = ("alice", "s@cret")
    wrong = index.simple.replace("//", "//alice:wrong@")
    return Failure(
        lab.pip("install", "-i", wrong, "demo"),
        [Expected(WRONG, "401 Error, Credentials not correct", HOST)],
        tries={
            "encode": helps(lambda run: run.replaced(wrong, index.simple.replace("//", "//alice:s%40cret@"))),
            "trusted-host": fails(lambda run: run.plus("--trusted-host", index.host)),
        },
    )


def _file(lab: Lab, code: int, id: str, telling: str) -> Failure:
    """The index lists a file and answers a request for it with this status."""
    demo = wheel("demo", "1.0")
    index = lab.index(demo).fault("/files/*", status(code))
    return Failure(
        lab.pip("install", "--retries", "1", "-i", index.simple, "demo"), [Expected(id, telling, {"status": str(code)})]
    )


@scenario("pip/http-403")
def file_403(lab: Lab) -> Failure:
    return _file(lab, 403, "pip/http-403", "ERROR: HTTP error 403 while getting")


@scenario("pip/http-404")
def file_404(lab: Lab) -> Failure:
    return _file(lab, 404, "pip/http-404", "ERROR: HTTP error 404 while getting")


@scenario("pip/http-429")
def file_429(lab: Lab) -> Failure:
    return _file(lab, 429, "pip/http-429", "ERROR: HTTP error 429 while getting")


@scenario("pip/http-5xx")
def file_503(lab: Lab) -> Failure:
    return _file(lab, 503, "pip/http-5xx", "ERROR: Could not install packages.*too many 503 error responses")


@scenario("pip/http-404", renderings=["pipe"])
def requirements_404(lab: Lab) -> Failure:
    index = lab.index()
    return Failure(
        lab.pip("install", "--retries", "1", "-r", index.url + "/requirements.txt"),
        [Expected("pip/http-404", "ERROR: 404 Client Error: Not Found for url", HOST)],
    )


@scenario("pip/http-403", renderings=["pipe"])
def page_403(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).fault("/simple/*", status(403))
    return Failure(
        lab.pip("install", "-vv", "--retries", "1", "-i", index.simple, "demo", **QUIET),
        [Expected("pip/http-403", "Could not fetch URL .*403 Client Error", HOST)],
    )


@scenario("pip/http-5xx", renderings=["pipe"])
def page_500(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).fault("/simple/*", status(500))
    return Failure(
        lab.pip("install", "-vv", "--retries", "1", "-i", index.simple, "demo", **QUIET),
        [Expected("pip/http-5xx", "Could not fetch URL .*too many 500 error responses", {"status": "500"})],
    )


@scenario(LOOP)
def loop(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).fault("/simple/*", redirect(""))
    return Failure(
        lab.pip("install", "--retries", "1", "-i", index.simple, "demo"),
        [Expected(LOOP, "ERROR: Could not install packages due to an .*Exceeded 30 redirects")],
    )


@scenario(TYPE)
def content_type(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).fault("/json/*", content("{}", "application/json"))
    wrong = index.url + "/json/"
    return Failure(
        lab.pip("install", "--retries", "1", "-i", wrong, "demo"),
        [
            Expected(
                TYPE, "WARNING: Skipping page .*Content-Type: application/json", {**HOST, "value": "application/json"}
            )
        ],
        tries={"simple": helps(lambda run: run.replaced(wrong, index.simple))},
    )


@scenario(SCHEME)
def no_scheme(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    wrong = index.simple.removeprefix("http://")
    return Failure(
        lab.pip("install", "--retries", "1", "-i", wrong, "demo", **QUIET),
        [Expected(SCHEME, "WARNING: (?:Location|Url) '.*' is ignored")],
        tries={"scheme": helps(lambda run: run.replaced(wrong, index.simple))},
    )


@scenario(SCHEME, renderings=["pipe"])
def plain_host(lab: Lab) -> Failure:
    return Failure(
        lab.pip("install", "--retries", "1", "-i", "pypi.example.com/simple", "demo", **QUIET),
        [Expected(SCHEME, 'The index url "pypi.example.com/simple" seems invalid|pypi.example.com.* is ignored')],
    )


@scenario(SCHEME, renderings=["pipe"])
def links(lab: Lab) -> Failure:
    return Failure(
        lab.pip("install", "--no-index", "--find-links", "wheels", "demo"),
        [Expected(SCHEME, "WARNING: (?:Location|Url) 'wheels' is ignored", {"url": "wheels"})],
    )


@scenario(INVALID)
def one_slash(lab: Lab) -> Failure:
    return Failure(
        lab.pip("install", "--retries", "1", "-i", "https:/pypi.example.com/simple", "demo"),
        [Expected(INVALID, "Invalid URL .*No host supplied", {"reason": "No host supplied"})],
    )


@scenario(INVALID, renderings=["pipe"])
def port_of_letters(lab: Lab) -> Failure:
    return Failure(
        lab.pip("install", "--retries", "1", "-i", "https://alice:pa#ss@pypi.example.com/simple", "demo"),
        [Expected(INVALID, "^ValueError: Port could not be cast", {"value": "pa"})],
    )


@scenario(VCS)
def git_index(lab: Lab) -> Failure:
    return Failure(
        lab.pip("install", "--retries", "1", "-i", "git+https://pypi.example.com/simple", "demo"),
        [Expected(VCS, "Cannot look at git URL", {"name": "git"})],
    )


@scenario(PART, versions=">=25")
def truncated_file(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).fault("/files/*", truncated(), times=6)
    return Failure(
        lab.pip("install", "--retries", "1", "-i", index.simple, "demo"),
        [Expected(PART, "Attempting to resume incomplete download")],
        tries={"later": helps(lambda run: [run, run])},
    )
