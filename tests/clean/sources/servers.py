"""Servers on loopback and clients that they refuse: access logs, error logs, curl and wget."""

from __future__ import annotations

import os
import time
from pathlib import Path

from harness import Lab, Missing, Recording, source

PORT = 18090


def _knock(recording: Recording, port: int, *paths: str) -> None:
    for path in paths:
        recording.run("curl", "-sS", "-v", "-o", "/dev/null", f"http://127.0.0.1:{port}/{path}", ok=range(100))


@source
def http_server(lab: Lab) -> None:
    """python -m http.server answering pip-like requests with 200 and 404; curl and wget at it."""
    lab.need("curl", "wget")
    place = lab.folder("www/simple/demo")
    (place / "index.html").write_text("<a href=demo-1.0.tar.gz>demo-1.0.tar.gz</a>")
    server = [lab.python("3.11"), "-u", "-m", "http.server", str(PORT), "--bind", "127.0.0.1", "-d", lab.root / "www"]
    with lab.serve(*server) as log, lab.recording("servers/http-server") as recording:
        names = ["simple/", "simple/demo/", "simple/nothing/", "simple/retrying/", "missing.whl", "%zz", "simple/demo"]
        for _ in range(40):
            _knock(recording, PORT, *names)
        recording.run("wget", "-O", "/dev/null", f"http://127.0.0.1:{PORT}/simple/none/", ok=(8,))
        recording.run("wget", "--tries=2", "-O", "/dev/null", f"http://127.0.0.1:{PORT}/simple/demo/")
        time.sleep(0.2)
        recording.add(log.read_text(), "http.server's log")


def _unpacked(lab: Lab, *packages: str) -> Path:
    """Debian packages unpacked aside, so that nothing is started or configured on this machine."""
    lab.need("apt-get", "dpkg")
    place = lab.folder("unpacked")
    lab.check("apt-get", "download", "-oAPT::Sandbox::User=root", *packages, cwd=place)
    for archive in place.glob("*.deb"):
        lab.check("dpkg", "-x", archive, place)
    return place


@source
def nginx(lab: Lab) -> None:
    """nginx with its error log at info: missing files, refused upstreams, denied and broken requests."""
    program = _unpacked(lab, "nginx") / "usr/sbin/nginx"
    place = lab.folder("nginx")
    (place / "nginx.conf").write_text(
        f"""daemon off; pid {place}/pid; error_log {place}/error.log info;
events {{}}
http {{ access_log {place}/access.log; client_body_temp_path {place}/b; proxy_temp_path {place}/p;
fastcgi_temp_path {place}/f; uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;
server {{ listen 127.0.0.1:{PORT + 1}; root {place};
location /up {{ proxy_pass http://127.0.0.1:9; }} location /denied {{ deny all; }}
location /auth {{ auth_basic "index"; auth_basic_user_file {place}/none; }}
location /busy {{ return 503; }} location /many {{ return 429; }} location /loop {{ return 302 /loop; }} }} }}
"""
    )
    with lab.serve(program, "-c", place / "nginx.conf", "-p", place), lab.recording("servers/nginx") as recording:
        for _ in range(60):
            _knock(
                recording,
                PORT + 1,
                "nginx.conf",
                "simple/pkg/",
                "up/simple/",
                "denied",
                "auth",
                "busy",
                "many",
                "loop",
                "%",
            )
        recording.run("curl", "-sSL", "--max-redirs", "5", f"http://127.0.0.1:{PORT + 1}/loop", ok=(47,))
        for name in ("error.log", "access.log"):
            recording.add((place / name).read_text(), name)


@source
def redis(lab: Lab) -> None:
    """redis: start, warnings, commands that it refuses, shutdown."""
    place = _unpacked(lab, "redis-server", "redis-tools", "libjemalloc2", "liblzf1", "libatomic1")
    env = {"LD_LIBRARY_PATH": str(place / "usr/lib/x86_64-linux-gnu")}
    port = str(PORT + 2)
    command = [place / "usr/bin/redis-server", "--port", port, "--loglevel", "debug", "--dir", lab.folder("redis")]
    with lab.serve(*command, env=env) as log, lab.recording("servers/redis") as recording:
        client = place / "usr/bin/redis-cli"
        for words in (
            ["set", "a", "x"],
            ["incr", "a"],
            ["lpush", "a", "1"],
            ["none"],
            ["info"],
            ["config", "get", "*"],
        ):
            recording.run(client, "-p", port, *words, env=env)
        recording.run(client, "-p", port, "shutdown", "nosave", env=env)
        time.sleep(0.3)
        recording.add(log.read_text(), "redis' log")


@source
def postgres(lab: Lab) -> None:
    """postgres: initdb, a server that logs every statement, SQL that it refuses."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        raise Missing("no postgres on this machine")
    bin_, place = found[-1], lab.folder("postgres")
    lab.need("setpriv", "psql")
    user = [] if os.geteuid() else ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    lab.root.chmod(0o755)
    if user:
        lab.check("chown", "nobody", place)
    sql = place / "statements.sql"
    statements = ["create table failures (id int primary key, error text not null);"]
    for number in range(150):
        statements += [
            f"insert into failures values ({number}, 'connection refused');",
            f"insert into failures values ({number}, null);",
            f"insert into failures values ({number // 2}, 'again');",
            f"select * from missing_{number};",
            f"select 1 / (id - {number}) from failures;",
        ]
    sql.write_text(
        "\n".join([*statements, "drop database nothing;", "select invalid syntax here from;", "explain select 1;"])
    )
    with lab.recording("servers/postgres", limit=600_000) as recording:
        recording.run(*user, bin_ / "initdb", "-D", place / "data", "-U", "ada", "--auth=trust")
        flags = ["-p", str(PORT + 3), "-k", place, "-c", "log_statement=all", "-c", "log_min_messages=debug1"]
        with lab.serve(*user, bin_ / "postgres", "-D", place / "data", *flags, wait=3) as log:
            recording.run("psql", "-a", "-h", "127.0.0.1", "-p", str(PORT + 3), "-U", "ada", "-f", sql, "postgres")
        recording.add(log.read_text(), "postgres' log")


@source
def web_applications(lab: Lab) -> None:
    """Django, uvicorn and gunicorn: checks, migrations, tests that fail, tracebacks of caught requests."""
    bin_ = lab.venv("web", "3.11", "django<6", "uvicorn", "gunicorn", "starlette")
    place = lab.folder("web")
    (place / "app.py").write_text(Path(__file__).with_name("web_app.py").read_text())
    lab.check(bin_ / "django-admin", "startproject", "errors", cwd=place)
    with lab.recording("servers/django") as recording:
        manage = [bin_ / "python", "manage.py"]
        recording.run(*manage, "check", "--deploy", cwd=place / "errors")
        recording.run(*manage, "migrate", "-v", "3", cwd=place / "errors")
        recording.run(*manage, "diffsettings", "--all", cwd=place / "errors")
    uvicorn = [bin_ / "uvicorn", "--app-dir", place, "--port", str(PORT + 4), "--log-level", "trace", "app:app"]
    gunicorn = [bin_ / "gunicorn", "--chdir", place, "-b", f"127.0.0.1:{PORT + 5}", "--log-level", "debug", "app:wsgi"]
    for name, command, port in (("uvicorn", uvicorn, PORT + 4), ("gunicorn", gunicorn, PORT + 5)):
        with lab.serve(*command, wait=4) as log, lab.recording(f"servers/{name}", limit=500_000) as recording:
            for _ in range(12):
                _knock(recording, port, "", "value", "key", "timeout", "os", "nested", "none")
            recording.add(log.read_text(), f"{name}'s log")
