"""Hover: the whole story of a failure on each of its lines, and nothing elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor import GAVE_UP, REFUSED, Editor
from lsprotocol import types

pytestmark = pytest.mark.asyncio(loop_scope="module")


def check(text: str, *, contains: list[str], misses: list[str] = []) -> None:  # noqa: B006
    missing = [part for part in contains if part not in text]
    extra = [part for part in misses if part in text]
    assert [missing, extra] == [[], []], f"missing: {missing}\nextra: {extra}\nin:\n{text}"


async def test_on_the_telling_line(editor: Editor) -> None:
    uri = editor.uri("hover.log")
    await editor.open(uri, f"before\n   {REFUSED} and more\n{GAVE_UP}\nafter\n")
    # Anywhere on the line, not only on the match.
    for character in (0, 10, 400):
        hover = await editor.hover(uri, 1, character)
        assert hover is not None
        assert hover.range is not None
        assert (hover.range.start.character, hover.range.end.character) == (3, 3 + len(REFUSED))
    text = await editor.hover_text(uri, 1)
    check(
        text,
        contains=[
            "**The certificate of pypi.example.com:8443 is not trusted** `example/certificate-refused`",
            "The server shows a certificate of an authority that frob does not know. Nothing else is wrong with it.",
            "Give frob the authority's certificate with `--cert` (worked in 3 of 3 frob versions tried)",
            "Trust the host in frob.conf (unsafe; estimate: helps in 70 %)",
            "- Run `frob --user`: It only changes where frob installs. (failed in 2 of 2 frob versions tried)",
            "- Wait: It does not go away. (estimate: fails in 90 %)",
            "Reproduced with frob 1.0, 2.0",
            "[Documentation](<https://frob.example.com/certificates>)",
        ],
    )
    assert text.index("--cert") < text.index("Trust the host in frob.conf"), "the safe way comes first"
    assert text.index("--cert") < text.index("Trust pypi.example.com:8443"), "advice comes before an unsafe edit"


async def test_on_a_symptom_and_on_a_repeat(editor: Editor) -> None:
    uri = editor.uri("symptom.log")
    await editor.open(uri, f"{REFUSED}\nagain {REFUSED}\n{GAVE_UP}\nafter\n")
    check(await editor.hover_text(uri, 2), contains=["This follows from the failure on line 1.", "not trusted"])
    check(await editor.hover_text(uri, 1), contains=["The same failure as on line 1.", "Printed 2 times."])
    assert await editor.hover(uri, 3) is None


async def test_a_hostile_capture_and_a_hostile_record_are_shown_and_not_interpreted(editor: Editor) -> None:
    uri = editor.uri("hostile.log")
    [found] = await editor.open(uri, "frob: cannot name [x](command:evil)<script>`\u202e**b**\x1b[31m\n")
    assert "\u202e" not in found.message
    assert "\x1b" not in found.message
    text = await editor.hover_text(uri, 0)
    check(
        text,
        contains=[
            r"\[x\](command:evil)\<script>",
            r"\[click\](command:evil) \!\[i\]",
            r"\<img src=x>",
            "`a`",
            r"\*\*b",
        ],
        misses=["\u202e", "\n# ", "\n- not a list", " [click]("],
    )


async def test_secrets_are_not_shown(editor: Editor) -> None:
    uri = editor.uri("secret.log")
    line = "frob: cannot name https://me:hunter2@pypi.example.com/ with Authorization: Bearer abcdef0123456789"
    [found] = await editor.open(uri, line)
    texts = [found.message, str(found.data), await editor.hover_text(uri, 0), str(await editor.diagnoses(uri))]
    for text in texts:
        check(text, contains=["me:****@pypi.example.com"], misses=["hunter2", "abcdef0123456789"])


async def test_explain_by_place_and_by_id(editor: Editor) -> None:
    uri = editor.uri("explain.log")
    await editor.open(uri, f"x\n{REFUSED}\n")
    answer = await editor.ask("unstuck/explain", {"uri": uri, "position": {"line": 1, "character": 2}})
    assert answer["id"] == "example/certificate-refused"
    assert answer["range"]["start"] == {"line": 1, "character": 0}
    check(answer["markdown"], contains=["pypi.example.com:8443"])
    answer = await editor.ask("unstuck/explain", {"id": "example/certificate-refused"})
    check(answer["markdown"], contains=[r"Trust \<host> without", "authority"])
    assert await editor.ask("unstuck/explain", {"id": "no/such"}) is None
    assert await editor.ask("unstuck/explain", {"uri": uri, "position": {"line": 0, "character": 0}}) is None


async def test_chinese_and_plain_text(tmp_path: Path) -> None:
    def plain_text(capabilities: types.ClientCapabilities) -> None:
        assert capabilities.text_document is not None
        capabilities.text_document.hover = types.HoverClientCapabilities(
            content_format=[types.MarkupKind.PlainText, types.MarkupKind.Markdown]
        )

    editor = Editor(tmp_path)
    await editor.start(locale="zh-CN", adjust=plain_text)
    uri = editor.uri("zh.log")
    lines = [f"{'i' * number} {REFUSED}" for number in range(3)]
    [found] = await editor.open(uri, "\n".join([*lines, GAVE_UP]))
    assert found.message == "不信任 pypi.example.com:8443 的证书（3 次）"
    hover = await editor.hover(uri, 0)
    assert hover is not None
    assert isinstance(hover.contents, types.MarkupContent)
    assert hover.contents.kind == types.MarkupKind.PlainText
    check(
        hover.contents.value,
        contains=[
            "服务器出示的证书由 frob 不认识的机构签发。",
            "用 `--cert` 指定机构证书（在试过的 3 个 frob 版本中有 3 个有效）",
            "信任 pypi.example.com:8443，不验证其证书（当前用户：~/.config/pip/pip.conf）（不安全：",
            "运行 `frob --user`：它只改变安装位置。（在试过的 2 个 frob 版本中有 2 个无效）",
            "Wait：It does not go away.（估计：90% 无效）",
            "已在 frob 1.0, 2.0 中复现",
        ],
        misses=["**", "]("],
    )
    assert await editor.stop() == 0
