// Notebooks: cells written, run and read, by mouse and by keyboard alone.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { open } from "./flow.mjs";
import { openSite, output } from "./site.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let site;
before(async () => (site = await openSite()));
after(() => site.close());

/** Opens the Notebook view with the notebook of that name. */
async function openNotebook(page, name) {
  await page.getByRole("tab", { name: /^Notebook/ }).click();
  const entry = page.getByRole("navigation", { name: "Notebooks" }).getByRole("button", { name });
  await entry.click();
  await page.getByRole("heading", { level: 2, name }).waitFor();
}

/** The chosen cell. */
const chosen = (page) => page.locator(".nb-cell.chosen");

/** An empty SQL notebook. */
async function newSqlNotebook(page) {
  await page.getByRole("tab", { name: /^Notebook/ }).click();
  await page.getByRole("navigation", { name: "Notebooks" }).getByRole("button", { name: "Copy-Datasets" }).waitFor();
  await page.getByLabel("Add or change notebooks").selectOption("sql");
  await page.getByRole("heading", { level: 2, name: "Untitled" }).waitFor();
}

test("what was typed is there after a reload, under a new name too, until the notebook is deleted", async () => {
  const page = await open(site);
  await newSqlNotebook(page);
  await page.locator(".nb-code").click();
  await page.locator(".cm-content").waitFor();
  await page.keyboard.type("SELECT 6 * 7 AS kept");
  await page.waitForFunction(() => Object.values(localStorage).some((text) => text.includes("6 * 7")));
  const list = page.getByRole("navigation", { name: "Notebooks" });
  await page.reload();
  await page.getByRole("tab", { name: /^Notebook/ }).click();
  await list.getByRole("button", { name: "Untitled" }).click();
  await page.getByText("SELECT 6 * 7 AS kept").waitFor();
  await page.getByLabel("Add or change notebooks").selectOption("rename");
  await page.getByRole("textbox", { name: /path/i }).fill("/Mine/Kept");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 2, name: "Kept" }).waitFor();
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.includes("/Mine/Kept")));
  await page.reload();
  await page.getByRole("tab", { name: /^Notebook/ }).click();
  assert.equal(await list.getByRole("button", { name: "Untitled" }).count(), 0);
  await list.getByRole("button", { name: "Kept" }).click();
  await page.getByText("SELECT 6 * 7 AS kept").waitFor();
  await page.getByLabel("Add or change notebooks").selectOption("delete");
  await page.getByRole("heading", { level: 2, name: "Kept" }).waitFor({ state: "detached" });
  assert.ok(await page.evaluate(() => !Object.keys(localStorage).some((key) => key.includes("Kept"))));
  assert.deepEqual(page.complaints, []);
});

test("the walk-through is there at first, and its text is shown as text", async () => {
  const page = await open(site);
  await openNotebook(page, "Multihop Architecture");
  await page.getByRole("heading", { name: "A multi-hop pipeline on Delta Lake" }).waitFor();
  await page.locator(".md table").getByText("orders_silver").waitFor();
  await page.locator(".tok-keyword").first().waitFor();
  await page.screenshot({ path: `${output}notebook-walk.png` });
  // Far down, the notebook's name and tools stand below the page's header, not over it.
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await page.waitForFunction(() => {
    const box = (selector) => document.querySelector(selector).getBoundingClientRect();
    return scrollY > 0 && box(".nb-top").top >= box(".header").bottom;
  });
  assert.deepEqual(page.complaints, []);
});

test("cells that run one behind the other find what the streams before them write", async () => {
  const page = await open(site);
  await openNotebook(page, "Multihop Architecture");
  await page.getByRole("button", { name: "Run all" }).click();
  const count = page.locator(".nb-cell", { hasText: "SELECT COUNT(*) FROM orders_bronze" }).first();
  await count.getByRole("gridcell", { name: /^3,?000$/ }).waitFor();
  assert.deepEqual(page.complaints, []);
});

test("a cell is typed, run by Shift+Enter, and shows its rows", async () => {
  const page = await open(site);
  await newSqlNotebook(page);
  await page.locator(".nb-code").click();
  await page.locator(".cm-content").waitFor();
  await page.keyboard.type("SELECT 6 * 7 AS answer, 'so' AS word");
  await page.keyboard.press("Shift+Enter");
  const first = page.locator(".nb-cell").first();
  await first.getByRole("gridcell", { name: "42" }).waitFor();
  assert.equal(await page.locator(".nb-cell").count(), 2, "a cell was added below the last");
  await page.waitForFunction(() => document.activeElement?.matches(".nb-cell.chosen .nb-editor *"));
  await page.keyboard.type("SELECT answr FROM VALUES (1) AS t(answer)");
  await page.keyboard.press("Control+Enter");
  await chosen(page).getByText("UNRESOLVED_COLUMN.WITH_SUGGESTION", { exact: true }).waitFor();
  await page.screenshot({ path: `${output}notebook-error.png` });
  assert.deepEqual(page.complaints, []);
});

test("a notebook shows what it showed, and runs on, after another was looked at", async () => {
  const page = await open(site);
  await newSqlNotebook(page);
  await page.locator(".nb-code").click();
  await page.locator(".cm-content").waitFor();
  await page.keyboard.type("SELECT 6 * 7 AS answer");
  await page.keyboard.press("Shift+Enter");
  await page.getByRole("gridcell", { name: "42" }).waitFor();
  await page.keyboard.insertText("%python\nimport time\ntime.sleep(2)\nprint('slept')");
  await page.keyboard.press("Control+Enter");
  await chosen(page)
    .getByRole("button", { name: /^Cancel/ })
    .waitFor();
  await openNotebook(page, "Copy-Datasets");
  assert.equal(await page.getByRole("gridcell", { name: "42" }).count(), 0);
  await openNotebook(page, "Untitled");
  await page.getByRole("gridcell", { name: "42" }).waitFor();
  await page.locator(".nb-cell").nth(1).getByText("slept", { exact: true }).waitFor();
  assert.deepEqual(page.complaints, []);
});

test("by keyboard alone: cells are added, moved, deleted, brought back, turned into text", async () => {
  const page = await open(site);
  await newSqlNotebook(page);
  const sources = () => page.locator(".nb-cell").allInnerTexts();
  await page.locator(".nb-cell").first().focus();
  await page.keyboard.press("Enter");
  await page.locator(".cm-content").waitFor();
  await page.keyboard.type("SELECT 1 AS one");
  // The first closes the list of completions.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.locator(".cm-content").waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.matches(".nb-cell.chosen"));
  await page.keyboard.press("b");
  await page.waitForFunction(() => document.querySelectorAll(".nb-cell").length === 2);
  await page.waitForFunction(() => document.activeElement?.matches(".nb-cell.chosen"));
  await page.keyboard.press("m");
  await page.locator(".cm-content").waitFor();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("# Ends");
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Ends" }).waitFor();
  await page.waitForFunction(() => document.activeElement?.matches(".nb-cell.chosen"));
  await page.keyboard.press("Alt+ArrowUp");
  assert.match((await sources())[0], /Ends/);
  await page.waitForFunction(() => document.activeElement?.matches(".nb-cell.chosen"));
  await page.keyboard.press("d");
  await page.keyboard.press("d");
  await page.waitForFunction(() => document.querySelectorAll(".nb-cell").length === 1);
  await page.waitForFunction(() => document.activeElement?.matches(".nb-cell.chosen"));
  await page.keyboard.press("z");
  await page.getByRole("heading", { name: "Ends" }).waitFor();
  await page.waitForFunction(() => document.activeElement?.matches(".nb-cell.chosen"));
  await page.keyboard.press("ArrowDown");
  await page.waitForFunction(() => document.activeElement?.textContent.includes("SELECT"));
  await page.keyboard.press("Control+Enter");
  await chosen(page).getByRole("gridcell", { name: "1" }).waitFor();
  assert.deepEqual(page.complaints, []);
});

test("results are sorted, drawn and saved", async () => {
  const page = await open(site);
  await newSqlNotebook(page);
  await page.locator(".nb-code").click();
  await page.locator(".cm-content").waitFor();
  await page.keyboard.type("SELECT id AS n, concat('city ', id % 3) AS city FROM range(30)");
  await page.keyboard.press("Control+Enter");
  const cell = chosen(page);
  await cell.getByRole("gridcell", { name: "0", exact: true }).first().waitFor();
  await cell.getByLabel("Sort by").selectOption("-0");
  await cell.locator('[role=row][aria-rowindex="2"]').getByText("29").waitFor();
  await cell.getByLabel("Show as").selectOption("bar");
  await cell.getByRole("img", { name: /bar chart of n by city, 3 points/ }).waitFor();
  await page.screenshot({ path: `${output}notebook-chart.png` });
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    cell.getByLabel("Save rows").selectOption("csv"),
  ]);
  const csv = await readFile(await download.path(), "utf8");
  assert.equal(csv.split("\n")[0], "n,city");
  assert.equal(csv.trim().split("\n").length, 31);
  assert.deepEqual(page.complaints, []);
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
  assert.equal(await page.locator(".nb-cell").count(), 2);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByLabel("More for this notebook").selectOption("source"),
  ]);
  assert.equal(download.suggestedFilename(), "Mine.sql");
  assert.equal(await readFile(await download.path(), "utf8"), text);
  assert.deepEqual(page.complaints, []);
});

for (const [name, options] of [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["narrow", { viewport: { width: 390, height: 844 } }],
]) {
  test(`axe-core finds nothing in a notebook, ${name}`, async () => {
    const page = await open(site, options);
    await newSqlNotebook(page);
    await page.locator(".nb-code").click();
    await page.locator(".cm-content").waitFor();
    await page.keyboard.type("SELECT id, id * 2 AS twice FROM range(5)");
    await page.keyboard.press("Shift+Enter");
    await page.getByRole("gridcell").first().waitFor();
    await page.keyboard.type("SELECT oops");
    await page.keyboard.press("Control+Enter");
    await chosen(page).locator(".error-view").waitFor();
    await page.screenshot({ path: `${output}notebook-${name}.png`, fullPage: true });
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() =>
      window.axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        resultTypes: ["violations"],
      }),
    );
    const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
    assert.deepEqual(found, []);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
    assert.deepEqual(page.complaints, []);
  });
}
