"""Raise, catch, print, go on: tracebacks of errors that a program expected.

python caught.py plain|logging|json|structlog|loguru|rich
"""

# It is to fail, in as many ways as there are.
# ruff: noqa

import ast
import codecs
import configparser
import csv
import decimal
import io
import json
import logging
import os
import socket
import sqlite3
import struct
import subprocess
import sys
import tarfile
import threading
import traceback
import urllib.request
import zipfile
from urllib.parse import urlsplit


def nested(depth):
    try:
        {}[depth] if depth == 0 else nested(depth - 1)
    except KeyError as error:
        raise LookupError(f"level {depth} failed") from error


def from_file():
    with open("/home/user/none/settings.toml") as file:
        return file.read()


ERRORS = {
    "division": lambda: 1 / 0,
    "number": lambda: int("1.0.0"),
    "key": lambda: {"name": "retrying"}["version"],
    "attribute": lambda: None.requirement,
    "index": lambda: [][3],
    "type": lambda: len(5),
    "unpack": lambda: (lambda a, b: a)(*[1]),
    "nested": lambda: nested(4),
    "file": from_file,
    "folder": lambda: os.listdir("/home/user/none/at/all"),
    "is a folder": lambda: open("/usr"),
    "json": lambda: json.loads('{"status": failed}'),
    "config": lambda: configparser.ConfigParser().get("global", "timeout"),
    "literal": lambda: ast.literal_eval("pip.main()"),
    "encoding": lambda: b"\xff\xfe".decode("ascii"),
    "codec": lambda: codecs.lookup("utf-9"),
    "decimal": lambda: decimal.Decimal("one"),
    "struct": lambda: struct.unpack("i", b"1"),
    "refused": lambda: socket.create_connection(("127.0.0.1", 9), 1),
    "name": lambda: socket.getaddrinfo("index.invalid", 443),
    "url": lambda: urllib.request.urlopen("htp:/index.example.com"),
    "url refused": lambda: urllib.request.urlopen("http://127.0.0.1:9/simple/demo/", timeout=1),
    "port": lambda: urlsplit("http://index.example.com:port").port,
    "zip": lambda: zipfile.ZipFile(io.BytesIO(b"not a zip")),
    "tar": lambda: tarfile.open(fileobj=io.BytesIO(b"not a tar")),
    "sql": lambda: sqlite3.connect(":memory:").execute("select * from distributions"),
    "process": lambda: subprocess.run([sys.executable, "-c", "raise SystemExit(3)"], check=True),
    "program": lambda: subprocess.run(["no-such-program"], check=True),
    "timeout": lambda: subprocess.run([sys.executable, "-c", "import time; time.sleep(5)"], timeout=0.05),
    "csv": lambda: csv.reader(5),
    "recursion": lambda: (lambda f: f(f))(lambda f: f(f)),
    "assertion": lambda: exec("assert 'error' == 'failure', 'words differ'"),
    "value": lambda: exec("raise ValueError('no distribution was given to this function')"),
    "permission": lambda: exec("raise PermissionError(13, 'not for you')"),
    "exit": lambda: exec("raise RuntimeError('command ended with exit status 1')"),
}


def main(style):
    show = SHOW[style]()
    for module in ("_speedups", "numpy", "yaml", "cv2.gapi"):
        try:
            __import__(module)
        except ImportError as error:
            print("INFO {} is optional and not there ({}), going on without".format(module, error))
    for round_ in range(3):
        for name, fail in ERRORS.items():
            try:
                fail()
            except Exception as error:
                show(name, error)
    thread = threading.Thread(target=lambda: 1 / 0, name="worker that fails")
    thread.start()
    thread.join()
    print(f"{3 * len(ERRORS)} errors provoked and caught; everything is well")


def plain():
    return lambda name, error: (print("ERROR in", name), traceback.print_exc(file=sys.stdout))


def logged():
    logging.basicConfig(
        level=logging.DEBUG, stream=sys.stdout, format="%(asctime)s %(levelname)-8s %(name)s %(message)s"
    )
    log = logging.getLogger("shop.jobs")
    return lambda name, error: log.exception("job %s failed, will retry", name)


def as_json():
    def show(name, error):
        entry = {"level": "error", "msg": "job failed", "job": name, "traceback": traceback.format_exc()}
        print(json.dumps(dict(entry, context={"attempts": list(range(60)), "locals": sorted(globals())})))

    return show


def with_structlog():
    import structlog

    log = structlog.get_logger()
    return lambda name, error: log.exception("job failed", job=name, attempts=3)


def with_loguru():
    from loguru import logger

    return lambda name, error: logger.exception("job {} failed", name)


def with_rich():
    from rich.console import Console

    console = Console()

    def show(name, error):
        console.print("[bold red]error[/] in", name)
        console.print_exception(show_locals=name in ("number", "refused"), max_frames=6)

    return show


SHOW = {
    "plain": plain,
    "logging": logged,
    "json": as_json,
    "structlog": with_structlog,
    "loguru": with_loguru,
    "rich": with_rich,
}

if __name__ == "__main__":
    main(sys.argv[1])
