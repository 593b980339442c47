// Notebooks: cells written, run and read, by mouse and by keyboard alone.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { violations, WCAG } from "./axe.mjs";
import { cell, chosen, edit, newNotebook, open, openNotebook, untilEdited } from "./flow.mjs";
import { absent, eventually, settled } from "./patience.mjs";
import { noComplaints, openSite, output } from "./site.mjs";

let site;
before(async () => (site = await openSite()));
after(() => site.close());

/** The file that the workspace keeps of a notebook; null if there is none. */
const kept = (page, file) =>
  page.evaluate(async (file) => {
    const bytes = await window.multihop.readFile(`dbfs:/.multihop/notebooks${file}`).catch(() => null);
    return bytes && new TextDecoder().decode(bytes);
  }, file);

/** Waits until the workspace keeps a notebook's file with that text in it. */
async function untilKept(page, file, text) {
  await eventually(`the workspace keeps ${file} with ${JSON.stringify(text)}`, async () => {
    const found = await kept(page, file);
    assert.ok(found?.includes(text), `it keeps ${found}`);
  });
}

/** Waits until the notebook has so many cells, and the keyboard is at the one in that place. */
async function untilAt(page, at, count) {
  await cell(page, at).and(page.locator(".chosen:focus")).waitFor();
  await untilCells(page, count);
}

async function untilCells(page, count) {
  await eventually(`the notebook has ${count} cells`, async () => {
    assert.equal(await page.locator(".nb-cell").count(), count);
  });
}

/** Presses a key twice within one moment of the page's clock, however long the machine takes for it. */
async function pressTwice(page, key) {
  await page.evaluate(() => {
    const now = Date.now();
    window.clock = Date.now;
    Date.now = () => now;
  });
  await page.keyboard.press(key);
  await page.keyboard.press(key);
  await page.evaluate(() => void (Date.now = window.clock));
}

test("what was typed is there after a reload, under a new name too, until the notebook is deleted", async () => {
  const page = await open(site);
  await newNotebook(page, "sql");
  await page.keyboard.type("SELECT 6 * 7 AS kept");
  await untilKept(page, "/Multihop/Untitled.sql", "SELECT 6 * 7 AS kept");
  const list = page.getByRole("navigation", { name: "Notebooks" });
  await page.reload();
  await openNotebook(page, "Untitled");
  await page.getByText("SELECT 6 * 7 AS kept").waitFor();
  await page.getByLabel("Add or change notebooks").selectOption("rename");
  await page.getByRole("textbox", { name: /path/i }).fill("/Mine/Kept");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 2, name: "Kept" }).waitFor();
  await untilKept(page, "/Mine/Kept.sql", "SELECT 6 * 7 AS kept");
  await page.reload();
  await openNotebook(page, "Kept");
  await absent(list.getByRole("button", { name: "Untitled" }), { after: list.getByRole("button", { name: "Kept" }) });
  await page.getByText("SELECT 6 * 7 AS kept").waitFor();
  await page.getByLabel("Add or change notebooks").selectOption("delete");
  await page.getByRole("heading", { level: 2, name: "Kept" }).waitFor({ state: "detached" });
  await list.getByRole("button", { name: "Kept" }).waitFor({ state: "detached" });
  for (const file of ["/Multihop/Untitled.sql", "/Mine/Kept.sql"]) assert.equal(await kept(page, file), null, file);
  await noComplaints(page);
});

test("the walk-through is there at first, and its text is shown as text", async () => {
  const page = await open(site);
  await openNotebook(page, "Multihop Architecture");
  await page.getByRole("heading", { name: "From files to gold in three hops" }).waitFor();
  await page.locator(".md table").getByText("orders_silver").waitFor();
  await page.locator(".tok-keyword").first().waitFor();
  await page.screenshot({ path: `${output}notebook-walk.png` });
  // Far down, the notebook's name and tools stand below the page's header, not over it.
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await eventually("the page is scrolled, and the bar below the header", async () => {
    const { scrolled, bar, header } = await page.evaluate(() => ({
      scrolled: scrollY,
      bar: document.querySelector(".nb-top").getBoundingClientRect().top,
      header: document.querySelector(".header").getBoundingClientRect().bottom,
    }));
    assert.ok(scrolled > 0 && bar >= header, `scrolled by ${scrolled}, bar at ${bar}, header to ${header}`);
  });
  await noComplaints(page);
});

test("cells that run one behind the other find what the streams before them write", async () => {
  const page = await open(site);
  await openNotebook(page, "Multihop Architecture");
  await page.getByRole("button", { name: "Run all" }).click();
  const count = page.locator(".nb-cell", { hasText: "SELECT COUNT(*) FROM orders_bronze" }).first();
  await count.getByRole("gridcell", { name: /^3,?000$/ }).waitFor();
  await noComplaints(page);
});

test("a cell is typed, run by Shift+Enter, and shows its rows", async () => {
  const page = await open(site);
  await newNotebook(page, "sql");
  await page.keyboard.type("SELECT 6 * 7 AS answer, 'so' AS word");
  await page.keyboard.press("Shift+Enter");
  await cell(page, 0).getByRole("gridcell", { name: "42" }).waitFor();
  // A cell was added below the last.
  await untilCells(page, 2);
  await untilEdited(page, 1);
  await page.keyboard.type("SELECT answr FROM VALUES (1) AS t(answer)");
  await page.keyboard.press("Control+Enter");
  await chosen(page).getByText("UNRESOLVED_COLUMN.WITH_SUGGESTION", { exact: true }).waitFor();
  await page.screenshot({ path: `${output}notebook-error.png` });
  await noComplaints(page);
});

test("a notebook shows what it showed, and runs on, after another was looked at", async () => {
  const page = await open(site);
  await newNotebook(page, "sql");
  await page.keyboard.type("SELECT 6 * 7 AS answer");
  await page.keyboard.press("Shift+Enter");
  await page.getByRole("gridcell", { name: "42" }).waitFor();
  await untilEdited(page, 1);
  // It runs until the test lets it end.
  await page.evaluate(async () => multihop.putFile("/lab/begun", ""));
  await page.keyboard.insertText(
    "%python\nimport time\nwhile 'go' not in [f.name for f in dbutils.fs.ls('/lab')]:\n    time.sleep(0.1)\nprint('gone')",
  );
  await page.keyboard.press("Control+Enter");
  const running = chosen(page).getByRole("button", { name: /^Cancel/ });
  await running.waitFor();
  await openNotebook(page, "Copy-Datasets");
  await page.getByRole("gridcell", { name: "42" }).waitFor({ state: "detached" });
  await openNotebook(page, "Untitled");
  await page.getByRole("gridcell", { name: "42" }).waitFor();
  await cell(page, 1)
    .getByRole("button", { name: /^Cancel/ })
    .waitFor();
  await page.evaluate(async () => multihop.putFile("/lab/go", ""));
  await cell(page, 1).getByText("gone", { exact: true }).waitFor();
  await noComplaints(page);
});

test("by keyboard alone: cells are added, moved, deleted, brought back, turned into text", async () => {
  const page = await open(site);
  await newNotebook(page, "sql");
  await page.keyboard.type("SELECT 1 AS one");
  // The first closes the list of completions.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await untilAt(page, 0, 1);
  await page.keyboard.press("Enter");
  await untilEdited(page, 0);
  await page.keyboard.press("Escape");
  await untilAt(page, 0, 1);
  await page.keyboard.press("b");
  await untilAt(page, 1, 2);
  await page.keyboard.press("m");
  await untilEdited(page, 1);
  await page.keyboard.press("Control+End");
  await page.keyboard.type("# Ends");
  await page.keyboard.press("Escape");
  await cell(page, 1).getByRole("heading", { name: "Ends" }).waitFor();
  await untilAt(page, 1, 2);
  await page.keyboard.press("Alt+ArrowUp");
  await cell(page, 0).getByRole("heading", { name: "Ends" }).waitFor();
  await untilAt(page, 0, 2);
  await pressTwice(page, "d");
  await page.getByRole("heading", { name: "Ends" }).waitFor({ state: "detached" });
  await untilAt(page, 0, 1);
  await page.keyboard.press("z");
  await cell(page, 0).getByRole("heading", { name: "Ends" }).waitFor();
  await untilAt(page, 0, 2);
  await page.keyboard.press("ArrowDown");
  await untilAt(page, 1, 2);
  await chosen(page).getByText("SELECT").waitFor();
  await page.keyboard.press("Control+Enter");
  await cell(page, 1).getByRole("gridcell", { name: "1" }).waitFor();
  await noComplaints(page);
});

test("results are sorted, drawn and saved", async () => {
  const page = await open(site);
  await newNotebook(page, "sql");
  await page.keyboard.type("SELECT id AS n, concat('city ', id % 3) AS city FROM range(30)");
  await page.keyboard.press("Control+Enter");
  const table = chosen(page);
  await table.getByRole("gridcell", { name: "0", exact: true }).first().waitFor();
  await table.getByLabel("Sort by").selectOption("-0");
  await table.locator('[role=row][aria-rowindex="2"]').getByText("29").waitFor();
  await table.getByLabel("Show as").selectOption("bar");
  await table.getByRole("img", { name: /bar chart of n by city, 3 points/ }).waitFor();
  await page.screenshot({ path: `${output}notebook-chart.png` });
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    table.getByLabel("Save rows").selectOption("csv"),
  ]);
  const csv = await readFile(await download.path(), "utf8");
  assert.equal(csv.split("\n")[0], "n,city");
  assert.equal(csv.trim().split("\n").length, 31);
  await noComplaints(page);
});

test("a notebook is opened from a file, and saved as one", async () => {
  const page = await open(site);
  await openNotebook(page, "Multihop Architecture");
  const text = "-- Databricks notebook source\nSELECT 1\n\n-- COMMAND ----------\n\n-- MAGIC %md\n-- MAGIC # Mine\n";
  await page.locator("input[data-choose=notebooks]").setInputFiles({
    name: "Mine.sql",
    mimeType: "application/sql",
    buffer: Buffer.from(text),
  });
  await page.getByRole("heading", { level: 2, name: "Mine" }).waitFor();
  await untilCells(page, 2);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByLabel("More for this notebook").selectOption("source"),
  ]);
  assert.equal(download.suggestedFilename(), "Mine.sql");
  assert.equal(await readFile(await download.path(), "utf8"), text);
  await noComplaints(page);
});

for (const [name, options] of [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["narrow", { viewport: { width: 390, height: 844 } }],
]) {
  test(`axe-core finds nothing in a notebook, ${name}`, async () => {
    const page = await open(site, options);
    await newNotebook(page, "sql");
    await page.keyboard.type("SELECT id, id * 2 AS twice FROM range(5)");
    await page.keyboard.press("Shift+Enter");
    await page.getByRole("gridcell").first().waitFor();
    await untilEdited(page, 1);
    await page.keyboard.type("SELECT oops");
    await page.keyboard.press("Control+Enter");
    await chosen(page).locator(".error-view").waitFor();
    await page.screenshot({ path: `${output}notebook-${name}.png`, fullPage: true });
    assert.deepEqual(await violations(page, name, WCAG), []);
    await settled(page);
    await eventually("the page is no wider than its window", async () => {
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `it is ${overflow} px too wide`);
    });
    await noComplaints(page);
  });
}
