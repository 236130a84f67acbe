// A scene is a list of steps in one editor: each needs what the one before has done.
import { test } from "node:test";

/**
 * Returns `step(name, body)`. A step that fails leaves a picture and the extension's log, and the rest of its scene fails at once: what they
 * would show is not there.
 */
export function scene(editor) {
  let broken;
  return (name, body) =>
    test(name, { timeout: 420_000 }, async () => {
      if (broken) throw new Error(`not reached: "${broken}" failed`);
      try {
        await body();
      } catch (error) {
        broken = name;
        await editor()?.picture("failed").catch(() => undefined);
        editor()?.keepLog();
        throw error;
      }
    });
}
