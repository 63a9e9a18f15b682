// The browser: starting it, waiting for what has to come, judging what is shown.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const { PAGE, API, BROWSER, ARTIFACTS } = process.env;
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
export const TOKEN_LIFE_MS = 5_000;
export const PATIENCE_MS = 15_000;
export const WIDE = { width: 1280, height: 860 };
export const NARROW = { width: 390, height: 844 };

export function launch() {
  return chromium.launch({
    executablePath: BROWSER,
    args: [
      "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
      // Chromium's sandbox does not work for root, which is who runs in most containers.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ],
  });
}

/** Waits until the check no longer throws. */
export async function eventually(check) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Judges the page as it stands with axe, in both colour schemes, and keeps pictures of it. */
export async function inspect(page, name, viewports) {
  await page.addScriptTag({ path: AXE });
  for (const viewport of viewports) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.screenshot({ path: join(ARTIFACTS, `${name}-${viewport.width}-${colorScheme}.png`) });
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
      assert.deepEqual(found, [], `${name}, ${colorScheme}, ${viewport.width} px`);
    }
    assert.deepEqual(await page.evaluate(tooWide), [], `${name} scrolls sideways at ${viewport.width} px`);
    if (viewport === NARROW) assert.deepEqual(await page.evaluate(tooSmall), [], `${name} has targets below 44 px`);
  }
  await page.setViewportSize(viewports[0]);
}

function tooWide() {
  return [...document.querySelectorAll("body, dialog[open], #toast, #details, .card, .todo")]
    .filter((box) => box.scrollWidth > box.clientWidth + 1)
    .map((box) => box.outerHTML.slice(0, 80));
}

/** What a finger can't hit well. Links inside of text are as high as their line. */
function tooSmall() {
  const targets = [...document.querySelectorAll("button, input, select, textarea, summary, a")]
    .filter((target) => target.checkVisibility({ visibilityProperty: true }) && !target.closest("[inert]"))
    .filter((target) => !target.matches(".skip, .markdown a"))
    .map((target) => (target.matches("[type=checkbox], [type=radio]") ? target.closest("label") : target));
  return targets
    .map((target) => ({ target, box: target.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0 && (box.width < 43.9 || box.height < 43.9))
    .map(({ target, box }) => `${Math.round(box.width)}×${Math.round(box.height)} ${target.outerHTML.slice(0, 90)}`);
}

/** A day as Alice's and Bob's calendars have it. */
export function day(offset) {
  return new Date(Date.now() + offset * 86_400_000).toLocaleDateString("sv-SE", { timeZone: "Europe/Berlin" });
}
