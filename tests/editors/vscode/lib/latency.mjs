// How long the editor takes to show what is typed.

/** In the page: notes for each key when it was pressed, and the frame that shows the change. */
function install() {
  if (window.unstuckKeys) return;
  const found = (window.unstuckKeys = []);
  let pressed;
  // The time stamp is the browser's own: it counts the wait for a page that is busy.
  window.addEventListener("keydown", (event) => (pressed = event.timeStamp), true);
  const lines = document.querySelector(".editor-instance .view-lines");
  new MutationObserver(() => {
    if (pressed === undefined) return;
    const begin = pressed;
    pressed = undefined;
    // The frame that is drawn next holds the change; the one after it tells that it was drawn.
    requestAnimationFrame(() => requestAnimationFrame((time) => found.push(time - begin)));
  }).observe(lines, { subtree: true, childList: true, characterData: true });
}

/** Presses `count` keys in the open editor; p50, p95 and the longest time from a key to its frame, in milliseconds. */
export async function measureKeys({ page }, count, pause = 100) {
  await page.locator(".editor-instance .view-lines").first().click();
  await page.evaluate(install);
  await page.evaluate(() => (window.unstuckKeys.length = 0));
  for (let key = 0; key < count; key += 1) {
    await page.keyboard.press("abcdefghij"[key % 10]);
    await page.waitForFunction((wanted) => window.unstuckKeys.length >= wanted, key + 1, { timeout: 20_000, polling: 20 });
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  const times = (await page.evaluate(() => window.unstuckKeys.slice())).sort((one, other) => one - other).map(Math.round);
  const share = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))];
  return { p50: share(0.5), p95: share(0.95), max: times.at(-1) };
}
