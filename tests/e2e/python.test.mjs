// Python cells in the page: the module is loaded at the first, cells share names, a cell can wait and be cancelled.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open } from "./flow.mjs";
import { openSite, output } from "./site.mjs";

let site;
before(async () => (site = await openSite()));
after(() => site.close());

/** An empty Python notebook. */
async function newPythonNotebook(page) {
  await page.getByRole("tab", { name: /^Notebook/ }).click();
  await page.getByRole("navigation", { name: "Notebooks" }).getByRole("button", { name: "Copy-Datasets" }).waitFor();
  await page.getByLabel("Add or change notebooks").selectOption("python");
  await page.getByRole("heading", { level: 2, name: "Untitled" }).waitFor();
  await page.locator(".nb-code").click();
  await page.locator(".cm-content").waitFor();
}

const chosen = (page) => page.locator(".nb-cell.chosen");

test("Python is asked for at the first Python cell only, and shows what it prints, displays and ends with", async () => {
  const page = await open(site);
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await newPythonNotebook(page);
  assert.ok(!asked.some((path) => path.includes("python_bg")), "nothing of Python is loaded yet");
  await page.keyboard.insertText(
    "from pyspark.sql import functions as F\n" +
      "df = spark.range(5).withColumn('twice', F.col('id') * 2)\n" +
      "print(df.count(), 'rows')\ndisplay(df.filter('twice > 6'))\ndf",
  );
  await page.keyboard.press("Shift+Enter");
  const first = page.locator(".nb-cell").first();
  await first.getByText("5 rows").waitFor();
  await first.getByText("DataFrame[id: bigint, twice: bigint]").waitFor();
  await first.getByRole("gridcell", { name: "8" }).waitFor();
  // Shift+Enter at the last cell opens the next, ready to type in.
  await page.locator(".cm-content").waitFor();
  await page.keyboard.type("df.count() + 1");
  await page.keyboard.press("Shift+Enter");
  await page.locator(".nb-cell").nth(1).getByText("6", { exact: true }).waitFor();
  await page.screenshot({ path: `${output}python.png` });
  assert.deepEqual(page.complaints, []);
});

test("where the browser can't suspend WebAssembly the first Python cell says what that means, and runs", async () => {
  const page = await site.newPage();
  await page.context().route("**/python_host.js", async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/suspends = typeof [^;]*;/, "suspends = false;");
    await route.fulfill({ response, body });
  });
  await page.goto(site.url);
  await newPythonNotebook(page);
  await page.keyboard.insertText("print(6 * 7)");
  await page.keyboard.press("Control+Enter");
  await chosen(page).getByText("can't be cancelled while it computes").waitFor();
  await chosen(page).getByText("42").waitFor();
  assert.deepEqual(page.complaints, []);
});

test("a notebook runs another, which has its own names and gives a value", async () => {
  const page = await open(site);
  await newPythonNotebook(page);
  const child = [
    "# Databricks notebook source",
    "who = dbutils.widgets.get('who')",
    "# COMMAND ----------",
    "spark.sql('CREATE OR REPLACE TABLE made_by_child AS SELECT 7 AS n').collect()",
    "# COMMAND ----------",
    "dbutils.notebook.exit('hello ' + who)",
  ].join("\n\n");
  await page.evaluate((text) => window.multihop.openNotebook(new File([text], "Child.py")), child);
  await page.getByRole("heading", { level: 2, name: "Child" }).waitFor();
  await page.getByRole("navigation", { name: "Notebooks" }).getByRole("button", { name: "Untitled" }).click();
  await page.getByRole("heading", { level: 2, name: "Untitled" }).waitFor();
  await page.locator(".nb-code").click();
  await page.locator(".cm-content").waitFor();
  await page.keyboard.insertText(
    "who = 'me'\n" +
      "print(dbutils.notebook.run('/Child', 60, {'who': 'you'}), who, spark.table('made_by_child').first().n)\n" +
      "try:\n    dbutils.notebook.run('./Nowhere', 60)\nexcept Exception as e:\n    print('WorkflowException' in str(e))",
  );
  await page.keyboard.press("Control+Enter");
  await chosen(page).getByText("hello you me 7").waitFor();
  await chosen(page).getByText("True").waitFor();
  assert.deepEqual(page.complaints, []);
});

test("a cell that computes for ever is cancelled, and the page answers meanwhile", async () => {
  const page = await open(site);
  await newPythonNotebook(page);
  await page.keyboard.insertText("import time\nprint('begun')\ntime.sleep(0.5)\nwhile True:\n    pass");
  await page.keyboard.press("Control+Enter");
  await chosen(page).getByText("begun").waitFor();
  await chosen(page)
    .getByRole("button", { name: /^Cancel/ })
    .click();
  await chosen(page).getByText("Cancelled").first().waitFor();
  assert.deepEqual(page.complaints, []);
});
