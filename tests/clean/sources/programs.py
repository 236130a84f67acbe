"""Programs that print alarming things and end well: caught tracebacks, imports, symbols, other languages, junk."""

from __future__ import annotations

import shutil
from pathlib import Path

from harness import Lab, source


@source
def tracebacks(lab: Lab) -> None:
    """Tracebacks that a program prints on purpose and goes on, plain, logged, as JSON lines, with rich."""
    bin_ = lab.venv("tracebacks", "3.11", "rich", "structlog", "loguru", "better-exceptions", "stack-data")
    script = Path(__file__).with_name("caught.py")
    shutil.copy(script, lab.scratch / "caught.py")
    for style in ("plain", "logging", "json", "structlog", "loguru"):
        with lab.recording(f"programs/tracebacks-{style}", limit=700_000) as recording:
            recording.run(bin_ / "python", lab.scratch / "caught.py", style)
    with lab.recording("programs/tracebacks-rich", tty=True, limit=700_000) as recording:
        recording.run(bin_ / "python", lab.scratch / "caught.py", "rich")
    for version in ("3.8", "3.13"):
        with lab.recording(f"programs/tracebacks-{version}", limit=400_000) as recording:
            recording.run(lab.python(version), lab.scratch / "caught.py", "plain")


@source
def fetching(lab: Lab) -> None:
    """An application whose services are refused, unknown, silent or answer 4xx and 5xx: five HTTP libraries' words."""
    bin_ = lab.venv("fetching", "3.11", "requests", "httpx", "aiohttp")
    shutil.copy(Path(__file__).with_name("fetching.py"), lab.scratch)
    for library in ("requests", "urllib3", "httpx", "aiohttp", "urllib"):
        with lab.recording(f"programs/fetching-{library}", limit=400_000) as recording:
            recording.run(bin_ / "python", lab.scratch / "fetching.py", library)


@source
def python_noise(lab: Lab) -> None:
    """python -v, -X importtime, compileall, warnings turned on: names of error modules by the thousand."""
    bin_ = lab.venv("noise", "3.11", "requests", "pytest")
    code = "import requests, pytest, asyncio, unittest, email, http.server, ssl, venv, ensurepip"
    with lab.recording("programs/python-v", limit=900_000) as recording:
        recording.run(bin_ / "python", "-v", "-c", code)
        recording.run(bin_ / "python", "-X", "importtime", "-c", code)
    with lab.recording("programs/compileall", limit=300_000) as recording:
        recording.run(bin_ / "python", "-W", "always", "-m", "compileall", "-f", lab.root / "envs/noise")
    with lab.recording("programs/venv", limit=300_000) as recording:
        recording.run(lab.python("3.9"), "-m", "venv", "--upgrade-deps", lab.folder("envs/plain"))
        recording.run(lab.python("3.9"), "-m", "ensurepip", "--version")
        recording.run(lab.python("3.9"), "-m", "pydoc", "-b", "--help", ok=range(9))


@source
def symbols(lab: Lab) -> None:
    """Strings, symbols and disassembly of libraries: OpenSSL's and the linker's own messages among them."""
    lab.need("strings", "readelf", "nm", "objdump", "xxd")
    libraries = [
        path for name in ("libssl", "libcurl", "libsqlite3") for path in Path("/usr/lib").glob(f"*/{name}*.so.*")
    ][:3]
    with lab.recording("programs/strings", limit=900_000) as recording:
        for library in libraries:
            recording.run("strings", "-n", "6", library)
    with lab.recording("programs/symbols", limit=500_000) as recording:
        for library in libraries:
            recording.run("readelf", "-W", "-d", "-s", library)
    with lab.recording("programs/junk", limit=700_000) as recording:
        recording.run("objdump", "-d", "--no-show-raw-insn", libraries[0])
        recording.run("xxd", "-l", "60000", libraries[0])
        recording.run("cat", "-v", libraries[0])
    with lab.recording("programs/binary", limit=250_000) as recording:
        recording.run("head", "-c", "120000", libraries[0])
        recording.run("base64", "-w", "0", libraries[0])


@source
def chinese(lab: Lab) -> None:
    """Chinese and Japanese: programs in those languages, file names, a segmenter's output."""
    lab.need("localedef", "git", "gcc")
    bin_ = lab.venv("chinese", "3.11", "jieba", "setuptools<80", "django<6")
    text = "\n".join(path.read_text("utf-8", "replace") for path in sorted(lab.sdist("jieba").rglob("*.py")))
    (lab.scratch / "jieba.md").write_text(text * 6)
    with lab.recording("programs/jieba", limit=600_000) as recording:
        recording.run(bin_ / "python", "-m", "jieba", "-d", " / ", lab.scratch / "jieba.md")
    place = lab.folder("中文 日本語")
    for name in ("错误.c", "失败日志.txt", "エラー.txt", "证书.pem"):
        (place / name).write_text("int main(void) { int 变量; return 0; }\n" * (1 if name.endswith(".c") else 40))
    locales = lab.folder("locales")

    def env_of(name: str) -> dict[str, str]:
        return {"LOCPATH": str(locales), "LANG": f"{name}.UTF-8", "LC_ALL": f"{name}.UTF-8", "LANGUAGE": name}

    data = lab.folder("locales-data")
    lab.check("apt-get", "download", "-oAPT::Sandbox::User=root", "locales", cwd=data)
    lab.check("dpkg", "-x", next(data.glob("*.deb")), data)
    lab.check("gunzip", "-kf", data / "usr/share/i18n/charmaps/UTF-8.gz")
    i18n = {"I18NPATH": str(data / "usr/share/i18n")}
    for name in ("zh_CN", "ja_JP"):
        lab.check(
            "localedef",
            "-i",
            name,
            "-f",
            data / "usr/share/i18n/charmaps/UTF-8",
            locales / f"{name}.UTF-8",
            env=i18n,
        )
        env = env_of(name)
        with lab.recording(f"programs/{name}", limit=400_000) as recording:
            recording.run("git", "init", cwd=place, env=env)
            recording.run("git", "status", cwd=place, env=env)
            recording.run("gcc", "-Wall", "-Wextra", "-c", "错误.c", "-o", "/dev/null", cwd=place, env=env)
            recording.run("apt-get", "--simulate", "install", "hello", "figlet", env=env)
            recording.run("apt-cache", "policy", "openssl", env=env)
            recording.run("dpkg", "--help", env=env)
            recording.run("ls", "-la", "没有这个文件", "失败日志.txt", cwd=place, env=env, ok=(2,))
            recording.run("tar", "--help", cwd=place, env=env)
            recording.run("wget", "--help", env=env)
            recording.run("bash", "--help", env=env)


@source
def cryptography(lab: Lab) -> None:
    """openssl's own talk: certificates made, verified and refused by its tools, not by a package tool."""
    lab.need("openssl")
    place = lab.folder("openssl")
    subject = ["-subj", "/CN=index.example.com", "-days", "3650", "-nodes"]
    with lab.recording("programs/openssl") as recording:
        recording.run(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-keyout", "k.pem", "-out", "c.pem", *subject, cwd=place
        )
        recording.run("openssl", "x509", "-in", "c.pem", "-text", cwd=place)
        recording.run("openssl", "verify", "-CAfile", "c.pem", "c.pem", cwd=place)
        recording.run("openssl", "list", "-commands", cwd=place)
        recording.run("openssl", "ciphers", "-v", cwd=place)
        recording.run("openssl", "errstr", "0A000086", "0A00010B", "80000002", cwd=place)
        for command in ("s_client", "verify", "x509", "ca", "req"):
            recording.run("openssl", command, "-help", cwd=place)


@source
def system_logs(lab: Lab) -> None:
    """Long lists of files whose names speak of errors, and the build settings of a Python."""
    with lab.recording("programs/system", limit=600_000) as recording:
        recording.run("find", "/usr/lib/python3", "/usr/share/perl5", "-iname", "*err*", "-o", "-iname", "*fail*")
        recording.run("ls", "-laR", "/usr/lib/python3")
        recording.run("python3", "-m", "sysconfig")
