"""Requirements files, constraints and configuration as packages ship them in their sdists."""

from __future__ import annotations

import re
from pathlib import Path

from harness import Lab, source

PACKAGES = """
salt celery kombu sentry-sdk ansible-core jupyter-server notebook scikit-learn pandas mlflow streamlit gensim spacy
localstack-core moto httpie scrapy tornado aiohttp yarl multidict frozenlist sanic faust-streaming channels
djangorestframework django-oscar buildbot awscli electrum mitmproxy borgbackup numpy scipy matplotlib pyinstaller
networkx scikit-image bokeh dask distributed mypy pylint sqlalchemy nova neutron keystone cinder glance swift
oslo.config oslo.messaging python-openstackclient ironic horizon heat pytest-django django-cms django-filter
django-debug-toolbar wagtail saleor-gql-client apache-libcloud apache-superset sphinx-rtd-theme nltk xgboost
tensorboard fairseq transformers allennlp pyramid zope.interface cherrypy falcon gunicorn locust robotframework
boto3 botocore s3transfer azure-cli-core google-api-core google-cloud-storage opentelemetry-api prometheus-client
websockets uvicorn starlette fastapi typer pydantic black isort flake8 bandit safety pip-tools cookiecutter
mkdocs pelican nikola octoprint esphome homeassistant certbot acme pyzmq psutil pyserial paramiko fabric invoke
netmiko napalm nornir junos-eznc ncclient scapy impacket volatility3 pymodbus paho-mqtt kivy arcade panda3d
"""

REQUIREMENTS = re.compile(r"(?i)(.*require[^/]*|.*constraints[^/]*|.*requirements?/.*)\.(txt|in|pip|lock)")
CONFIGURATION = re.compile(
    r"(?i)(.*/)?(pip\.(conf|ini)|setup\.cfg|tox\.ini|\.?pypirc[^/]*|\.coveragerc|pytest\.ini|mypy\.ini)"
)


@source
def requirements(lab: Lab) -> None:
    """Requirements and configuration files of many packages; what is no requirements file by content is left out."""
    found: list[dict[str, str]] = []
    configurations: list[dict[str, str]] = []
    missing = []
    places: dict[tuple[str, str], Path] = {}
    for package in PACKAGES.split():
        try:
            place = lab.sdist(package)
        except (RuntimeError, StopIteration, OSError):
            missing.append(package)
            continue
        for path in sorted(place.rglob("*")):
            name = str(path.relative_to(place))
            if not path.is_file() or path.stat().st_size > 60_000:
                continue
            for pattern, texts in ((REQUIREMENTS, found), (CONFIGURATION, configurations)):
                if pattern.fullmatch(name) and ".egg-info" not in name and "/tests/data/" not in name:
                    text = path.read_bytes().decode("utf-8", "replace")
                    texts.append({"package": place.name, "path": name, "text": text})
                    places[place.name, name] = path
    refused = _refused(lab, [places[item["package"], item["path"]] for item in found])
    found = [item for item in found if places[item["package"], item["path"]] not in refused]
    lab.keep_texts(
        "requirements", _bounded(found, 30), {"commands": ["sdists"], "packages": len(PACKAGES.split()) - len(missing)}
    )
    lab.keep_texts("pip_config", configurations + _pip_configurations(lab), {"commands": ["sdists", "pip config set"]})
    print("  no sdist:", " ".join(missing))


def _refused(lab: Lab, paths: list[Path]) -> set[Path]:
    """Those that pip itself calls malformed: templates, and test data with "require" in its name."""
    python = lab.venv("parsed", "3.11", pip="25.3") / "python"
    listed = lab.scratch / "paths.txt"
    listed.write_text("\n".join(map(str, paths)))
    # -P, or pip would be the module of that name beside the script.
    output = lab.check(python, "-P", Path(__file__).with_name("parsed.py"), listed)
    return {Path(line) for line in output.splitlines()}


def _bounded(texts: list[dict[str, str]], each: int) -> list[dict[str, str]]:
    """At most so many of each package, spread over its folders; the same text once."""
    kept: list[dict[str, str]] = []
    count: dict[str, int] = {}
    seen: set[str] = set()
    for item in sorted(texts, key=lambda item: (item["package"], -len(item["text"]) % 97, item["path"])):
        if count.get(item["package"], 0) < each and item["text"].strip() and item["text"] not in seen:
            seen.add(item["text"])
            count[item["package"]] = count.get(item["package"], 0) + 1
            kept.append(item)
    return kept


SETTINGS = [
    {"global.index-url": "https://pypi.example.com/simple"},
    {"global.index-url": "https://ada:secret@pypi.example.com/simple", "global.timeout": "60"},
    {"global.extra-index-url": "https://pypi.example.com/a https://pypi.example.com/b", "global.retries": "3"},
    {"global.trusted-host": "pypi.example.com files.example.com:8443", "install.no-warn-script-location": "false"},
    {"global.cert": "/etc/ssl/certs/ca-certificates.crt", "global.proxy": "http://proxy.example.com:3128"},
    {"install.user": "true", "install.ignore-installed": "true", "freeze.timeout": "10", "list.format": "columns"},
    {
        "global.find-links": "/home/user/wheels",
        "global.no-index": "true",
        "install.constraint": "/home/user/constraints.txt",
    },
    {"global.disable-pip-version-check": "true", "global.quiet": "1", "wheel.wheel-dir": "/home/user/wheels"},
    {"global.break-system-packages": "true", "global.require-virtualenv": "yes", "global.no-cache-dir": "0"},
    {"global.client-cert": "/home/user/client.pem", "global.keyring-provider": "subprocess", "global.no-color": "true"},
]


def _pip_configurations(lab: Lab) -> list[dict[str, str]]:
    """Files that `pip config set` itself writes, in two versions of pip."""
    texts = []
    for version, pip in (("3.9", "22.0.4"), ("3.13", "26.3")):
        bin_ = lab.venv(f"config-{pip}", version, pip=pip)
        for number, settings in enumerate(SETTINGS):
            target = lab.scratch / f"pip-{number}.conf"
            target.unlink(missing_ok=True)
            # pip writes to the user's file, which is under HOME.
            home = lab.folder(f"config-home-{number}")
            env = {"HOME": str(home), "PIP_CONFIG_FILE": "", "XDG_CONFIG_HOME": str(home / ".config")}
            for key, value in settings.items():
                lab.check(bin_ / "pip", "config", "--user", "set", key, value, env=env)
            written = next(path for path in home.rglob("pip.conf"))
            texts.append({"package": f"pip {pip}", "path": f"{number}/pip.conf", "text": written.read_text()})
    return texts
