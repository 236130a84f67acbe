"""What uv says of packages and requirements that it cannot take: hashes, URLs, archives, metadata, interpreters."""

from __future__ import annotations

from collections.abc import Callable

from tests.lab.execute import Command
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from tests.lab.scenarios.uv_commands import PROJECT, requirements
from unstuck.demo.packages import Distribution, metadata, sdist, wheel

Body = Callable[[Lab], Command]
HEADER = "No solution found"
DEMO = wheel("demo", "1.0")
REFRESH = fails(lambda run: run.plus("--refresh"))


def install(lab: Lab, *arguments: str, files: tuple[Distribution, ...] = (DEMO,), **env: str | None) -> Command:
    return lab.uv("pip", "install", "--index-url", lab.index(*files).simple, *arguments, **env)


def served(*arguments: str, files: tuple[Distribution, ...] = (DEMO,)) -> Body:
    return lambda lab: install(lab, *arguments, files=files)


def two_addresses(lab: Lab) -> Command:
    files = (DEMO, wheel("demo", "2.0"))
    index = lab.index(*files)
    return lab.uv("pip", "install", *(f"demo @ {index.file_url(file)}" for file in files))


def url_of_a_dependency(lab: Lab) -> Command:
    helper = wheel("helper", "1.0")
    index = lab.index(helper)
    index.add(wheel("demo", "1.0", requires=[f"helper @ {index.file_url(helper)}"]))
    return lab.uv("pip", "install", "--index-url", index.simple, "demo")


def editable_wheel(lab: Lab) -> Command:
    lab.write(DEMO.filename, DEMO.content)
    return lab.uv("pip", "install", "-e", f"./{DEMO.filename}")


def no_metadata(lab: Lab) -> Command:
    lab.write("demo-1.0-py3-none-any.whl", wheel("other", "1.0").content)
    return lab.uv("pip", "install", "./demo-1.0-py3-none-any.whl")


def hash_of_one(lab: Lab) -> Command:
    demo = wheel("demo", "1.0", requires=["helper"])
    lab.write("requirements.txt", f"demo==1.0 --hash=sha256:{demo.sha256}\n")
    return install(lab, "-r", "requirements.txt", "--require-hashes", files=(demo, wheel("helper", "1.0")))


def not_an_interpreter(lab: Lab) -> Command:
    lab.write("py", "#!/bin/sh\nexit 3\n").chmod(0o755)
    return lab.uv("pip", "install", "--python", "./py", "demo")


def without_configuration(lab: Lab) -> Command:
    (lab.venv / "pyvenv.cfg").unlink()
    return lab.uv("pip", "install", "demo")


def not_utf8(lab: Lab) -> Command:
    lab.write("uv.toml", b"# caf\xe9\n")
    return lab.uv("pip", "list")


PAIR = (wheel("demo", "1.0", requires=["helper>=2"]), wheel("helper", "1.0"), wheel("helper", "2.0"))
NONSENSE = wheel("demo", "1.0", metadata_text=metadata("demo", "1.0") + "Requires-Python: abc\n")
BETA = (wheel("demo", "1.0", requires=["helper>1"]), wheel("helper", "1.0"), wheel("helper", "2.0b1"))

# name -> signature, the telling line, and what makes uv say it
CASES: dict[str, tuple[str, str, Body]] = {
    "two_addresses": ("conflicting-urls", "error: Requirements contain conflicting URLs", two_addresses),
    "url_of_a_dependency": ("url-dependency", "cause: Package `helper`", url_of_a_dependency),
    "short_hash": (
        "hash-malformed",
        "error: Invalid hash digest length",
        requirements("demo==1.0 --hash=sha256:xyz\n"),
    ),
    "hash_alone": ("hash-malformed", "error: Unexpected hash", requirements("demo==1.0 --hash=abc\n")),
    "weak_hash": (
        "hash-malformed",
        "error: Unsupported hash algorithm",
        requirements(f"demo==1.0 --hash=sha1:{'0' * 40}\n"),
    ),
    "hash_of_one": ("hash-missing", "Hash-checking is required", hash_of_one),
    "option_alone": ("invalid-requirement", "must be followed by an argument", requirements("--index-url\n")),
    "quoted": ("invalid-requirement", "error: Unexpected '''", requirements("'demo'\n")),
    "nonsense_python": ("metadata-invalid", HEADER, served("demo", files=(NONSENSE,))),
    "cut_off": (
        "metadata-invalid",
        HEADER,
        served("demo", files=(Distribution("demo", DEMO.filename, b"hello"),)),
    ),
    "other_name": (
        "metadata-invalid",
        "Package metadata name|was inconsistent|No solution found",
        served("demo", files=(wheel("demo", "1.0", metadata_text=metadata("other", "1.0")),)),
    ),
    "editable_wheel": ("editable-not-a-folder", "error: Unsupported editable requirement", editable_wheel),
    "no_metadata": ("wheel-unreadable", r"dist-info", no_metadata),
    "empty_archive": (
        "wheel-unreadable",
        "cause: The top-level of the archive",
        served("demo", files=(sdist("demo", "1.0", pkg_info=False),)),
    ),
    "user_against_dependency": ("conflict", HEADER, served("demo", "helper==1.0", files=PAIR)),
    "not_an_interpreter": ("interpreter-not-usable", "error: Failed to inspect Python", not_an_interpreter),
    "without_configuration": ("broken-virtual-environment", "error: Broken virtual environment", without_configuration),
    "configuration_not_utf8": ("file-not-utf8", "error: failed to read from file", not_utf8),
    "no_python_there": (
        "no-interpreter",
        "error: No virtual environment or system Python",
        lambda lab: lab.uv("pip", "install", "--python", "/nowhere/python", "demo"),
    ),
}


def _register(name: str, id: str, telling: str, body: Body) -> None:
    def function(lab: Lab) -> Failure:
        tries = {"refresh": REFRESH} if id == "hash-malformed" else {}
        return Failure(body(lab), [Expected(f"uv/{id}", telling)], tries)

    function.__name__ = name
    function.__module__ = __name__
    scenario(f"uv/{id}", tool="uv")(function)


for _name, _case in CASES.items():
    _register(_name, *_case)


@scenario("uv/offline", tool="uv")
def offline(lab: Lab) -> Failure:
    return Failure(
        install(lab, "demo", UV_OFFLINE="1"),
        [Expected("uv/offline", HEADER)],
        tries={"online": helps(lambda run: run.having(UV_OFFLINE=None)), "refresh": REFRESH},
    )


@scenario("uv/installed-incompatible", tool="uv")
def check(lab: Lab) -> Failure:
    return Failure(
        lab.uv("pip", "check"),
        [Expected("uv/installed-incompatible", "The package `demo` requires", {"package": "demo"})],
        before=[install(lab, "demo", "--no-deps", files=PAIR)],
    )


@scenario("uv/pre-releases-only", tool="uv", renderings=["pipe"])
def pre_release_of_a_project(lab: Lab) -> Failure:
    lab.write("pyproject.toml", PROJECT.replace("[]", '["demo"]'))
    index = lab.index(*BETA)
    return Failure(
        lab.uv("lock", UV_DEFAULT_INDEX=index.simple, UV_PRERELEASE="disallow", VIRTUAL_ENV=None),
        [Expected("uv/pre-releases-only", HEADER)],
        tries={"allow": helps(lambda run: run.having(UV_PRERELEASE="allow"))},
    )


@scenario("uv/subdirectory-missing", tool="uv")
def no_such_folder(lab: Lab) -> Failure:
    lab.write("repository/README", "nothing\n")
    commit = "git init -q . && git add . && git -c user.name=a -c user.email=a@example.com commit -qm x"
    return Failure(
        lab.uv("pip", "install", f"git+file://{lab.project}/repository#subdirectory=nope"),
        [Expected("uv/subdirectory-missing", "error: The source distribution", {"path": "nope"})],
        before=[lab.command("sh", "-c", f"cd repository && {commit}")],
    )
