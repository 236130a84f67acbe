"""Secrets: each grammar hides the secret and keeps what a reader needs; ordinary text is left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unstuck.core.redact import redact

SECRETS = [
    ("https://user:hunter2@pypi.example.com/simple", "https://user:****@pypi.example.com/simple"),
    ("http://user:p@ss:word@proxy.example.com:3128", "http://user:****@"),
    ("https://0123456789abcdef@git.example.com/x.git", "https://****@git.example.com/x.git"),
    (
        "git+https://oauth2:glpat-abcdefghij0123456789@gitlab.example.com/x",
        "git+https://oauth2:****@gitlab.example.com/x",
    ),
    ("'Authorization': 'Basic dXNlcjpwYXNz'", "'Authorization': 'Basic ****'"),
    ("> Authorization: Bearer abc.def-ghi", "> Authorization: Bearer ****"),
    ("Proxy-Authorization: Basic Zm9vOmJhcg==", "Proxy-Authorization: Basic ****"),
    ("PRIVATE-TOKEN: abcdef123456", "PRIVATE-TOKEN: ****"),
    ("X-JFrog-Art-Api-Key: AKCp5abcdef", "X-JFrog-Art-Api-Key: ****"),
    ("Cookie: session=abcdef", "Cookie: ****"),
    ("twine upload -p pypi-AgEIcHlwaS5vcmcCJDU0MzIx0000", "twine upload -p ****"),
    ("remote: ghp_abcdefghijklmnopqrstuvwxyz0123456789 is invalid", "remote: **** is invalid"),
    ("github_pat_11ABCDEFG0abcdefghijkl_mnop", "****"),
    ("key AKIAIOSFODNN7EXAMPLE", "key ****"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "aws_secret_access_key = ****"),
    ("npm_abcdefghijklmnopqrstuvwxyz0123456789", "****"),
    ("hf_abcdefghijklmnopqrstuvwxyz01234567", "****"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmN", "****"),
    ("PIP_PASSWORD=hunter2 pip install x", "PIP_PASSWORD=**** pip install x"),
    ('{"client_secret": "s3cr3t-value", "ok": 1}', '{"client_secret": "****", "ok": 1}'),
    ("https://x.example.com/?sig=1&access_token=abcdef&b=2", "https://x.example.com/?sig=1&access_token=****&b=2"),
    ("https://s3.example.com/k?X-Amz-Signature=0123abcdef", "https://s3.example.com/k?X-Amz-Signature=****"),
    ("uv publish --token abcdef0123 --index x", "uv publish --token **** --index x"),
    ("docker login --password=hunter2", "docker login --password=****"),
    ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "-----BEGIN PRIVATE KEY----- **** -----END"),
]
ORDINARY = [
    "ERROR: No matching distribution found for demo==1.0",
    "git+ssh://git@github.com/owner/repo.git@v1.0",
    "someone@example.com",
    "def f(token: str, password: str | None) -> None:",
    "SyntaxError: invalid token at line 3",
    "pip install --no-cache-dir --password-file x",
    "https://pypi.example.com:8443/simple/demo/",
    "Authorization failed",
    "keyring is not installed; secretstorage skipped",
    "pypi-server-1.5.0 task-force disk-sk-1",
    "expected token ')' but found ','",
]


@pytest.mark.parametrize(("text", "shown"), SECRETS)
def test_hidden(text: str, shown: str) -> None:
    found = redact(f"before {text} after")
    assert found.startswith(f"before {shown}"), found
    assert redact(found) == found


@pytest.mark.parametrize("text", ORDINARY)
def test_left_alone(text: str) -> None:
    assert redact(text) == text


@given(st.text(), st.text(alphabet="abcdefghijklmnop0123456789", min_size=8, max_size=30))
def test_a_password_in_a_url_never_survives(around: str, password: str) -> None:
    secret = f"Zq{password}"
    assert secret not in redact(f"{around} https://user:{secret}@host.example.com/ {around}")


@pytest.mark.parametrize(
    "piece", ["a-", "a.", "--", "eyJ-", "password", "https://", "a:", "@", "token=", "-----BEGIN X PRIVATE KEY-----"]
)
def test_hostile_text_takes_no_time(piece: str) -> None:
    began = time.perf_counter()
    redact(piece * (20_000 // len(piece)) + "@token")
    assert time.perf_counter() - began < 2.0
