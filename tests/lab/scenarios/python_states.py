"""The interpreter: packages that are run, environments that moved, other versions' files, settings of the machine."""

from __future__ import annotations

import struct
from pathlib import Path

from tests.lab.machine import root_and_unshare, unprivileged
from tests.lab.scenario import Expected, Failure, Lab, helps, scenario
from tests.lab.scenarios.git import shell

MODULE = "python/module-not-found"
FEW = ["3.8", "3.11", "3.13"]


@scenario(MODULE, tool="python", renderings=["pipe"])
def run_module(lab: Lab) -> Failure:
    return Failure(lab.interpreter("-m", "livekit"), [Expected(MODULE, "No module named", {"module": "livekit"})])


@scenario(MODULE, tool="python", versions=">=3.8", renderings=["pipe"])
def run_module_inside(lab: Lab) -> Failure:
    return Failure(
        lab.interpreter("-m", "livekit.agents"), [Expected(MODULE, "Error while finding", {"module": "livekit"})]
    )


@scenario("python/module-not-runnable", tool="python")
def no_main_file(lab: Lab) -> Failure:
    lab.write("demo/__init__.py", "")
    return Failure(
        lab.interpreter("-m", "demo"),
        [Expected("python/module-not-runnable", "cannot be directly executed", {"module": "demo"})],
        tries={"main-file": helps(lambda run: (lab.write("demo/__main__.py", "print('here')\n"), run)[1])},
    )


@scenario("python/no-main-module", tool="python")
def folder(lab: Lab) -> Failure:
    lab.write("demo/app.py", "print('here')\n")
    return Failure(
        lab.interpreter("demo"),
        [Expected("python/no-main-module", "can't find '__main__' module")],
        tries={"name-file": helps(lambda run: lab.interpreter("demo/app.py"))},  # noqa: ARG005
    )


@scenario("python/venv-failed", tool="python", versions=FEW, needs=root_and_unshare)
def folder_of_another(lab: Lab) -> Failure:
    return Failure(
        unprivileged(lab.interpreter("-m", "venv", "env")),
        [Expected("python/venv-failed", "Error: ")],
        before=[shell(lab, "mkdir env; chown 12345 env; chmod 755 env")],
    )


@scenario("python/base-interpreter-gone", tool="python", versions=FEW)
def environment_moved(lab: Lab) -> Failure:
    program = lab.write(".venv/bin/demo", "#!/home/old/demo/.venv/bin/python\nprint('here')\n")
    program.chmod(0o755)
    return Failure(
        lab.command("bash", "-c", ".venv/bin/demo"),
        [Expected("python/base-interpreter-gone", "bad interpreter|required file not found")],
    )


@scenario("python/windows-line-ends", tool="python", versions=FEW)
def line_ends(lab: Lab) -> Failure:
    lab.write("app.py", "#!/usr/bin/env python3\r\nprint('here')\r\n").chmod(0o755)
    return Failure(
        lab.command("./app.py"),
        [Expected("python/windows-line-ends", "No such file or directory", {"tool": "python3"})],
        tries={"convert": helps(lambda run: [lab.command("sed", "-i", "s/\\r$//", "app.py"), run])},
    )


@scenario("python/windows-line-ends", tool="python", versions=["3.13"], renderings=["pipe"])
def line_ends_of_a_script(lab: Lab) -> Failure:
    lab.write("run.sh", "#!/bin/bash\r\necho here\r\n").chmod(0o755)
    return Failure(
        lab.command("bash", "-c", "./run.sh"),
        [Expected("python/windows-line-ends", "bad interpreter|required file not found")],
    )


def compiled(lab: Lab, path: str) -> Path:
    """A compiled file as CPython 2.7 begins one."""
    return lab.write(path, struct.pack("<H2s", 62211, b"\r\n") + bytes(20))


@scenario("python/bad-magic-number", tool="python")
def compiled_module(lab: Lab) -> Failure:
    compiled(lab, "demo.pyc")
    return Failure(
        lab.interpreter("-c", "import demo"),
        [Expected("python/bad-magic-number", "bad magic number", {"path": "demo"})],
    )


@scenario("python/bad-magic-number", tool="python", renderings=["pipe"])
def compiled_script(lab: Lab) -> Failure:
    compiled(lab, "app.pyc")
    lab.write("sources/app.py", "print('here')\n")
    return Failure(
        lab.interpreter("app.pyc"),
        [Expected("python/bad-magic-number", "Bad magic number in .pyc file")],
        tries={"delete": helps(lambda run: [lab.command("rm", "app.pyc"), lab.interpreter("sources/app.py")])},  # noqa: ARG005
    )


@scenario("python/standard-library-not-found", tool="python", renderings=["pipe"])
def home_of_another(lab: Lab) -> Failure:
    return Failure(
        lab.interpreter("-c", "print('here')", PYTHONHOME=str(lab.folder("other"))),
        [Expected("python/standard-library-not-found", "Fatal Python error")],
        tries={"unset": helps(lambda run: run.having(PYTHONHOME=None))},
    )


@scenario("python/locale-unset", tool="python", versions=FEW)
def no_locale(lab: Lab) -> Failure:
    lab.write("app.py", "import locale\n\nlocale.setlocale(locale.LC_ALL, '')\n")
    return Failure(
        lab.interpreter("app.py", LC_ALL="xx_XX.UTF-8"),
        [Expected("python/locale-unset", "unsupported locale setting")],
        tries={"c-utf8": helps(lambda run: run.having(LC_ALL="C.UTF-8"))},
    )


@scenario("python/crashed", tool="python", versions=FEW, renderings=["pipe"])
def crash(lab: Lab) -> Failure:
    lab.write("app.py", "import ctypes\n\nctypes.string_at(0)\n")
    return Failure(
        lab.interpreter("-X", "faulthandler", "app.py"), [Expected("python/crashed", "Fatal Python error: Segm")]
    )


@scenario("python/distribution-metadata-missing", tool="python", versions=">=3.8")
def no_metadata(lab: Lab) -> Failure:
    lab.write("app.py", "from importlib.metadata import version\n\nprint(version('livekit'))\n")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/distribution-metadata-missing", "PackageNotFoundError: ", {"package": "livekit"})],
    )


@scenario("python/pickle-of-newer-python", tool="python", versions="<3.8")
def pickle_protocol(lab: Lab) -> Failure:
    lab.write("data.pickle", b"\x80\x05K\x01.")
    lab.write("app.py", "import pickle\n\nprint(pickle.load(open('data.pickle', 'rb')))\n")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/pickle-of-newer-python", "unsupported pickle protocol", {"value": "5"})],
    )


@scenario("python/numpy-name-removed", tool="python", versions=["3.13"], packages=["numpy==2.1.3"])
def numpy_int(lab: Lab) -> Failure:
    lab.write("app.py", "import numpy\n\nprint(numpy.array([1], dtype=numpy.int))\n")
    lab.show("numpy.org", "docs.example.org")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/numpy-name-removed", "has no attribute 'int'", {"name": "int"})],
        tries={"own-code": helps(lambda run: [lab.command("sed", "-i", "s/numpy.int/int/", "app.py"), run])},
    )


@scenario("python/numpy-name-removed", tool="python", versions=["3.13"], packages=["numpy==2.1.3"], renderings=["pipe"])
def numpy_float(lab: Lab) -> Failure:
    lab.write("app.py", "import numpy\n\nprint(numpy.float_(1))\n")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/numpy-name-removed", "was removed in the NumPy 2.0 release", {"name": "float_"})],
    )


@scenario("python/protobuf-too-new", tool="python", versions=["3.11"], packages=["protobuf==5.28.3"])
def generated_code(lab: Lab) -> Failure:
    lab.write(
        "demo_pb2.py",
        "from google.protobuf import descriptor\n\ndescriptor.FieldDescriptor(\n    name='x', full_name='demo.x', "
        "index=0, number=1, type=9, cpp_type=9, label=1,\n    has_default_value=False, default_value='', "
        "message_type=None, enum_type=None,\n    containing_type=None, is_extension=False, extension_scope=None)\n",
    )
    lab.show("developers.google.com", "docs.example.org")
    return Failure(
        lab.interpreter("-c", "import demo_pb2"),
        [Expected("python/protobuf-too-new", "Descriptors cannot be created directly")],
    )


@scenario("python/library-name-removed", tool="python", versions=["3.13"], packages=["pillow==11.0.0"])
def pillow(lab: Lab) -> Failure:
    lab.write("app.py", "from PIL import Image\n\nprint(Image.ANTIALIAS)\n")
    return Failure(
        lab.interpreter("app.py"),
        [Expected("python/library-name-removed", "AttributeError: ", {"module": "PIL.Image", "name": "ANTIALIAS"})],
    )
