// For everybody: by keyboard alone, and with a screen reader's rules (axe-core).

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { card, dropMade, open, press, untilRows } from "./flow.mjs";
import { openSite } from "./site.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let site;
before(async () => (site = await openSite()));
after(() => site.close());

/** Tells what axe finds against WCAG 2.2 AA on what is on screen. */
async function violations(page, where) {
  // What fades in has its own contrast only at the end.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((animation) => Number.isFinite(animation.effect.getComputedTiming().endTime))
        .map((animation) => animation.finished),
    ),
  );
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      resultTypes: ["violations"],
    }),
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${where}: ${id}: ${help}: ${node.html.slice(0, 120)}`),
  );
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe-core finds nothing in ${colorScheme}`, async () => {
    const page = await open(site, { colorScheme });
    const found = [...(await violations(page, "Flow, before"))];
    await press(page, "Start");
    await untilRows(page, "orders_bronze", 3000);
    found.push(...(await violations(page, "Flow, running")));
    await card(page, "orders_bronze").click();
    await page.getByRole("dialog").getByRole("gridcell").first().waitFor();
    for (const tab of ["Data", "Schema", "Files", "History", "Log"]) {
      await page.getByRole("dialog").getByRole("tab", { name: tab }).click();
      await page.waitForTimeout(300);
      found.push(...(await violations(page, `orders_bronze, ${tab}`)));
    }
    await page.keyboard.press("Escape");
    for (const tab of ["Notebook", "Catalog", "Streams", "Files"]) {
      await page.getByRole("tab", { name: new RegExp(`^${tab}`) }).click();
      await page.waitForTimeout(300);
      found.push(...(await violations(page, tab)));
    }
    await page.getByRole("tab", { name: /^Flow/ }).click();
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    found.push(...(await violations(page, "Shortcuts")));
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").waitFor();
    found.push(...(await violations(page, "Palette")));
    await page.keyboard.press("Escape");
    await dropMade(page, [
      { name: "other.json", text: '{"a":1}\n' },
      { name: "broken.json", text: '{"a":' },
    ]);
    await page.getByRole("heading", { name: "Dropped 2 files" }).waitFor();
    await page.waitForTimeout(500);
    found.push(...(await violations(page, "Dropped files")));
    assert.equal(found.join("\n"), "");
  });
}

/** Presses Tab until the focus is on what is wanted. */
async function tabTo(page, what, isIt) {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const style = getComputedStyle(element);
      return {
        text: `${element.getAttribute("aria-label") ?? ""} ${element.textContent}`.trim(),
        isSeen: style.outlineStyle !== "none" || style.boxShadow !== "none",
      };
    });
    if (isIt(focused.text)) {
      assert.ok(focused.isSeen, `${what}: the focus cannot be seen`);
      return;
    }
  }
  assert.fail(`Tab never reached ${what}`);
}

test("the walk-through works by keyboard alone", async () => {
  const page = await open(site);
  await page.waitForFunction(() =>
    [...document.querySelectorAll("button")].some(
      (button) =>
        button.textContent.trim() === "Start" && button.getAttribute("aria-disabled") !== "true" && !button.disabled,
    ),
  );
  await tabTo(page, "Start", (text) => /^Start\b/.test(text));
  await page.keyboard.press("Enter");
  await untilRows(page, "orders_bronze", 3000);
  await tabTo(page, "Load new data", (text) => text.startsWith("Load new data"));
  await page.keyboard.press("Space");
  await untilRows(page, "orders_bronze", 4000);
  await tabTo(page, "Update gold", (text) => text.startsWith("Update gold"));
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /[1-9]/.test(document.querySelector(".card.full.lane-gold .figure")?.textContent));

  await tabTo(page, "the card of orders_silver", (text) => text.startsWith("orders_silver"));
  await page.keyboard.press("Enter");
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("gridcell").first().waitFor();
  await tabTo(page, "the tabs", (text) => text.startsWith("Data"));
  for (const tab of ["Schema", "Files", "History"]) {
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(
      (tab) => document.querySelector('[role=dialog] [role=tab][aria-selected="true"]')?.textContent.startsWith(tab),
      tab,
    );
  }
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "detached" });
  assert.match(await page.evaluate(() => document.activeElement.textContent), /orders_silver/);

  // Shortcuts: stop, and the list of them.
  await page.keyboard.press("x");
  await page.getByText("Stopped").first().waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("Load new data").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.deepEqual(page.complaints, []);
});

test("every advertised shortcut works", async () => {
  const page = await open(site);
  for (const [key, tab] of [
    ["2", "Notebook"],
    ["3", "Catalog"],
    ["4", "Streams"],
    ["5", "Files"],
    ["1", "Flow"],
  ]) {
    await page.keyboard.press(key);
    await page.waitForFunction(
      (tab) => document.querySelector('header [role=tab][aria-selected="true"]')?.textContent.startsWith(tab),
      tab,
    );
  }
  await page.keyboard.press("s");
  await untilRows(page, "orders_bronze", 3000);
  await page.keyboard.press("n");
  await untilRows(page, "orders_bronze", 4000);
  await page.keyboard.press("a");
  await untilRows(page, "orders_bronze", 10_000);
  await page.keyboard.press("g");
  await page.waitForFunction(() => /[1-9]/.test(document.querySelector(".card.full.lane-gold .figure")?.textContent));
  await page.keyboard.press("r");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("t");
  await page.getByRole("button", { name: /^Theme: light/ }).waitFor();
});
