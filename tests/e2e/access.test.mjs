// For everybody: by keyboard alone, and with a screen reader's rules (axe-core).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { violations, WCAG } from "./axe.mjs";
import {
  card,
  dropMade,
  expected,
  open,
  press,
  streams,
  untilEnabled,
  untilFocused,
  untilGold,
  untilRows,
} from "./flow.mjs";
import { eventually } from "./patience.mjs";
import { noComplaints, openSite } from "./site.mjs";

let site;
before(async () => (site = await openSite()));
after(() => site.close());

for (const colorScheme of ["light", "dark"]) {
  test(`axe-core finds nothing in ${colorScheme}`, async () => {
    const page = await open(site, { colorScheme });
    const found = [];
    const look = async (where) => found.push(...(await violations(page, where, WCAG)));
    const dialog = page.getByRole("dialog");
    const close = async () => {
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    };
    await look("Flow, before");
    await press(page, "Start");
    await untilRows(page, "orders_bronze", 3000);
    await look("Flow, running");
    await card(page, "orders_bronze").click();
    for (const [tab, content] of [
      ["Data", dialog.getByRole("gridcell").first()],
      ["Schema", dialog.getByText("order_id: string")],
      ["Files", dialog.getByText(".parquet").first()],
      ["History", dialog.getByText("STREAMING UPDATE").first()],
      ["Log", dialog.getByText('"commitInfo"').first()],
    ]) {
      await dialog.getByRole("tab", { name: tab }).click();
      await content.waitFor();
      await look(`orders_bronze, ${tab}`);
    }
    await close();
    for (const [tab, content] of [
      ["Notebook", page.locator(".md table").getByText("orders_silver")],
      ["Catalog", page.locator(".catalog-item").filter({ hasText: "orders_bronze" }).first()],
      ["Streams", page.getByRole("heading", { name: "orders_bronze" })],
      ["Files", page.locator(".files-table").getByRole("button").first()],
    ]) {
      await page.getByRole("tab", { name: new RegExp(`^${tab}`) }).click();
      await content.waitFor();
      await look(tab);
    }
    await page.getByRole("tab", { name: /^Flow/ }).click();
    await page.keyboard.press("?");
    await dialog.getByText("Load new data").waitFor();
    await look("Shortcuts");
    await close();
    await page.keyboard.press("Control+k");
    await dialog.getByRole("combobox").waitFor();
    await look("Palette");
    await close();
    await dropMade(page, [
      { name: "other.json", text: '{"a":1}\n' },
      { name: "broken.json", text: '{"a":' },
    ]);
    await page.locator(".tray .file-card").nth(1).waitFor();
    // For what fits nowhere a dialog opens by itself.
    await page.getByRole("dialog", { name: "New pipeline" }).waitFor();
    await look("Dropped files");
    assert.equal(found.join("\n"), "");
  });
}

/** Presses Tab until the focus is on what is wanted. */
async function tabTo(page, what, isIt) {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press("Tab");
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement;
        const style = getComputedStyle(element);
        return {
          text: `${element.getAttribute("aria-label") ?? ""} ${element.textContent}`.trim(),
          isSeen: style.outlineStyle !== "none" || style.boxShadow !== "none",
        };
      });
    if (isIt((await focused()).text)) {
      await eventually(`the focus on ${what} can be seen`, async () => assert.ok((await focused()).isSeen));
      return;
    }
  }
  assert.fail(`Tab never reached ${what}`);
}

test("the walk-through works by keyboard alone", async () => {
  const page = await open(site);
  await untilEnabled(page, "Start");
  await tabTo(page, "Start", (text) => /^Start\b/.test(text));
  await page.keyboard.press("Enter");
  await untilRows(page, "orders_bronze", 3000);
  await untilEnabled(page, "Load new data");
  await tabTo(page, "Load new data", (text) => text.startsWith("Load new data"));
  await page.keyboard.press("Space");
  await untilRows(page, "orders_bronze", 4000);
  await untilRows(page, "orders_silver", (await expected(4)).silver);
  await untilEnabled(page, "Update gold");
  await tabTo(page, "Update gold", (text) => text.startsWith("Update gold"));
  await page.keyboard.press("Enter");
  await untilGold(page);

  await tabTo(page, "the card of orders_silver", (text) => text.startsWith("orders_silver"));
  await page.keyboard.press("Enter");
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("gridcell").first().waitFor();
  await untilFocused(page, drawer.getByRole("heading", { name: "orders_silver" }));
  await tabTo(page, "the tabs", (text) => text.startsWith("Data"));
  for (const tab of ["Schema", "Files", "History"]) {
    await page.keyboard.press("ArrowRight");
    await drawer.getByRole("tab", { name: tab, selected: true }).waitFor();
  }
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "detached" });
  await untilFocused(page, card(page, "orders_silver"));

  // Shortcuts: stop, and the list of them.
  await page.keyboard.press("x");
  await eventually("no stream runs", async () => {
    const states = Object.values(await streams(page)).map(({ state }) => state);
    assert.deepEqual(states, ["Stopped", "Stopped", "Finished"]);
  });
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("Load new data").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await noComplaints(page);
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
    await page.locator("header").getByRole("tab", { name: tab, selected: true }).waitFor();
  }
  await untilEnabled(page, "Start");
  await page.keyboard.press("s");
  await untilRows(page, "orders_bronze", 3000);
  await page.keyboard.press("n");
  await untilRows(page, "orders_bronze", 4000);
  await page.keyboard.press("a");
  await untilRows(page, "orders_bronze", 10_000);
  await untilEnabled(page, "Update gold");
  await page.keyboard.press("g");
  await untilGold(page);
  await page.keyboard.press("r");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").getByRole("combobox").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("t");
  await page.getByRole("button", { name: /^Theme: light/ }).waitFor();
});
