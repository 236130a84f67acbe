// What the extension says: the same keys in both languages, none unused, none without a translation.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { repository } from "../lib/paths.mjs";

const extension = path.join(repository, "editors/vscode");
const read = (name) => readFileSync(path.join(extension, name), "utf8");
const json = (name) => JSON.parse(read(name));
const chinese = (text) => /\p{Script=Han}/u.test(text);

/** Every string of a value. */
function* strings(value) {
  if (typeof value === "string") yield value;
  else if (value && typeof value === "object") for (const part of Object.values(value)) yield* strings(part);
}

/** The places for values in a text, such as {0}. */
const places = (text) => [...text.matchAll(/\{\d+\}/g)].map(([place]) => place).sort().join(" ");

/** The texts that the source gives to vscode.l10n.t. */
function* said() {
  for (const entry of readdirSync(path.join(extension, "src"), { recursive: true })) {
    if (!entry.endsWith(".ts")) continue;
    for (const [, text] of read(path.join("src", entry)).matchAll(/l10n\.t\(\s*("(?:[^"\\]|\\.)*")/g)) yield JSON.parse(text);
  }
}

const manifest = json("package.json");
const english = json("package.nls.json");

test("the manifest's texts are there in both languages", () => {
  const wanted = [...strings(manifest)].flatMap((text) => [...text.matchAll(/^%(.+)%$/g)].map(([, key]) => key));
  const unique = [...new Set(wanted)].sort();
  assert.ok(unique.length > 30);
  assert.deepEqual(Object.keys(english).sort(), unique);
  assert.deepEqual(Object.keys(json("package.nls.zh-cn.json")).sort(), unique);
});

test("the manifest's Chinese is Chinese, with the same commands and settings in it", () => {
  const marks = (text) => [...text.matchAll(/\(command:[^)]+\)|`[^`]+`/g)].map(([mark]) => mark).sort();
  for (const [key, text] of Object.entries(json("package.nls.zh-cn.json"))) {
    if (key === "displayName") continue;
    assert.ok(chinese(text), `${key}: ${text}`);
    assert.deepEqual(marks(text), marks(english[key]), key);
  }
});

test("each message of the source has its Chinese, and no other has one", () => {
  const bundle = json("l10n/bundle.l10n.zh-cn.json");
  const texts = [...new Set(said())].sort();
  assert.ok(texts.length > 40);
  assert.deepEqual(Object.keys(bundle).sort(), texts);
  for (const [text, translated] of Object.entries(bundle)) {
    assert.ok(chinese(translated), translated);
    assert.equal(places(translated), places(text), text);
  }
});

test("every call for a message was found", () => {
  for (const entry of readdirSync(path.join(extension, "src"), { recursive: true })) {
    if (!entry.endsWith(".ts")) continue;
    const source = read(path.join("src", entry));
    const calls = source.match(/l10n\.t\(/g)?.length ?? 0;
    const found = source.match(/l10n\.t\(\s*"(?:[^"\\]|\\.)*"/g)?.length ?? 0;
    assert.equal(found, calls, `${entry}: a message that is not a plain string cannot be translated`);
  }
});

test("only stable API is used, and what the page names exists", () => {
  assert.equal(manifest.enabledApiProposals, undefined);
  const readme = read("README.md");
  const settings = Object.keys(manifest.contributes.configuration.properties);
  const listed = [...readme.matchAll(/^\| `(unstuck\.[\w.]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(listed.sort(), settings.sort());
  const titles = manifest.contributes.commands.map(({ title }) => `Unstuck: ${english[title.slice(1, -1)]}`);
  const rows = [...readme.matchAll(/^\| (Unstuck: [^|]+?) \|/gm)].map(([, name]) => name);
  assert.deepEqual(rows.sort(), titles.sort());
  for (const [, file] of readme.matchAll(/\]\((media\/[^)]+)\)/g)) assert.ok(readFileSync(path.join(extension, file)).length > 0, file);
});
