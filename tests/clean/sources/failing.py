"""Tests that fail on purpose, in the words of package tools."""

# It is to fail, in as many ways as there are.
# ruff: noqa

import logging
import sys
import unittest
import warnings

import pytest

log = logging.getLogger("installer")


class ResolutionFailed(Exception):
    pass


def resolve(name, versions=()):
    log.warning("Retrying %s after the mirror went away, %d left", name, 3)
    if not versions:
        raise ResolutionFailed(f"nothing matches {name}")
    return versions[-1]


@pytest.fixture
def broken_index():
    raise ConnectionRefusedError(111, "Connection refused by the fixture")


def test_index_is_reachable(broken_index):
    pass


@pytest.mark.parametrize(
    "requirement", ["demo==1.0", "demo=>1.0", "demo @ https://example.com/demo.whl", "-r missing.txt"]
)
def test_requirement(requirement):
    print(f"collecting {requirement}")
    print(f"error: cannot use {requirement} in this test", file=sys.stderr)
    assert requirement == "demo==1.0"


def test_resolution():
    assert resolve("demo", ["1.0", "1.1"]) == "1.0"


def test_resolution_fails():
    resolve("demo")


def test_nested():
    try:
        resolve("demo")
    except ResolutionFailed as error:
        raise RuntimeError("installation of the demo failed") from error


def test_group():
    raise ExceptionGroup(
        "several things failed", [ValueError("bad version"), PermissionError(13, "not allowed to write")]
    )


@pytest.mark.parametrize("module", ["numpy", "yaml", "_speedups"])
def test_optional(module):
    pytest.importorskip(module)


@pytest.mark.skip(reason="unsupported platform")
def test_skipped():
    pass


def test_hash_mismatch_is_told():
    assert "sha256" in "md5"


def test_deprecated():
    warnings.warn("this option is deprecated and will be removed", DeprecationWarning, stacklevel=1)


def test_dictionaries():
    assert {"pip": "25.3", "status": "failed", "wheels": ["a", "b"]} == {
        "pip": "26.0",
        "status": "failed",
        "wheels": ["a"],
    }


def test_text():
    expected = "Collecting demo\n  Downloading demo-1.0.tar.gz\nSuccess"
    assert expected.replace("1.0", "1.1") == expected


def test_output(capsys):
    print("ERROR: no failure at all")
    assert capsys.readouterr().out == "ERROR: some failure\n"


def test_raises():
    with pytest.raises(ResolutionFailed, match="no candidate"):
        resolve("demo")


class Unit(unittest.TestCase):
    def test_error(self):
        raise OSError(28, "The device of this test is full")

    def test_failure(self):
        self.assertEqual("Requirement satisfied", "Requirement not satisfied")

    def test_many(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertLess(number, 1, "too many retries")

    @unittest.expectedFailure
    def test_known(self):
        self.fail("certificate of the test is too old")

    @unittest.skip("no compiler needed here")
    def test_skipped(self):
        pass
