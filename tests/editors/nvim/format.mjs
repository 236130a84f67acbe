// Checks that the Lua sources are formatted as stylua formats them: stylua as WebAssembly, from the npm registry.
// Usage: format.mjs [--write]; the package @johnnymorganz/stylua is found through STYLUA, a path to its folder.
import { readFileSync, writeFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const plugin = join(dirname(fileURLToPath(import.meta.url)), "../../../editors/nvim");
const stylua = createRequire(import.meta.url)(join(process.env.STYLUA, "stylua_lib_node.cjs"));

// A configuration and an option are used up by the call that they are given to.
function config() {
  const config = stylua.Config.new();
  config.column_width = 120;
  config.indent_type = stylua.IndentType.Spaces;
  config.indent_width = 2;
  config.quote_style = stylua.QuoteStyle.AutoPreferSingle;
  return config;
}

let wrong = 0;
for (const entry of readdirSync(plugin, { recursive: true })) {
  if (!entry.endsWith(".lua")) continue;
  const path = join(plugin, entry);
  const before = readFileSync(path, "utf8");
  const after = stylua.formatCode(before, config(), undefined, stylua.OutputVerification.Full);
  if (after === before) continue;
  if (process.argv.includes("--write")) writeFileSync(path, after);
  else wrong += console.log(`not formatted: ${entry}`) ?? 1;
}
process.exit(wrong ? 1 : 0);
