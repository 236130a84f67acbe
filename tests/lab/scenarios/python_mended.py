"""What the interpreter misses, and the command lines that bring it."""

from __future__ import annotations

from tests.lab.scenario import Expected, Failure, Lab, scenario

FEW = ">=3.11"


@scenario("python/distribution-has-another-name", tool="python", versions=FEW, renderings=["pipe"])
def known_distribution(lab: Lab) -> Failure:
    lab.write("app.py", "import yaml\n")
    index = lab.index(lab.real("pyyaml", "6.0.2"))
    return Failure(
        lab.interpreter("app.py", PIP_INDEX_URL=index.simple),
        [Expected("python/distribution-has-another-name", "No module named 'yaml'", {"module": "yaml"})],
        fixes={"install-command": True},
    )


@scenario("python/no-module-pip", tool="python", versions=FEW, renderings=["pipe"])
def pip_removed(lab: Lab) -> Failure:
    return Failure(
        lab.interpreter("-m", "pip", "--version"),
        [Expected("python/no-module-pip", "No module named pip")],
        before=[lab.command("sh", "-c", "rm -r .venv/lib/python*/site-packages/pip*")],
        fixes={"ensurepip-command": True},
    )
