// Python cells in the page: the module is loaded at the first, cells share names, a cell can wait and be cancelled.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cell, chosen, edit, newNotebook, open, openNotebook, untilEdited, untilReady } from "./flow.mjs";
import { eventually, idle } from "./patience.mjs";
import { noComplaints, openSite, output } from "./site.mjs";

let site;
before(async () => (site = await openSite()));
after(() => site.close());

test("Python is asked for at the first Python cell only, and shows what it prints, displays and ends with", async () => {
  const page = await open(site);
  const asked = () => page.asked.filter((url) => new URL(url).pathname.includes("python_bg"));
  await newNotebook(page, "python");
  await idle(page);
  assert.deepEqual(asked(), [], "nothing of Python is loaded yet");
  await page.keyboard.insertText(
    "from pyspark.sql import functions as F\n" +
      "df = spark.range(5).withColumn('twice', F.col('id') * 2)\n" +
      "print(df.count(), 'rows')\ndisplay(df.filter('twice > 6'))\ndf",
  );
  await page.keyboard.press("Shift+Enter");
  const first = cell(page, 0);
  await first.getByText("5 rows", { exact: true }).waitFor();
  await eventually("Python is asked for", async () => assert.equal(asked().length, 1));
  await first.getByText("DataFrame[id: bigint, twice: bigint]").waitFor();
  await first.getByRole("gridcell", { name: "8" }).waitFor();
  // Shift+Enter at the last cell opens the next, ready to type in.
  await untilEdited(page, 1);
  await page.keyboard.type("df.count() + 1");
  await page.keyboard.press("Shift+Enter");
  await cell(page, 1).getByText("6", { exact: true }).waitFor();
  await page.screenshot({ path: `${output}python.png` });
  await noComplaints(page);
});

test("where the browser can't suspend WebAssembly the first Python cell says what that means, and runs", async () => {
  const page = await site.newPage();
  await page.context().route("**/python_host.js", async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/suspends = typeof [^;]*;/, "suspends = false;");
    await route.fulfill({ response, body });
  });
  await page.goto(site.url);
  await untilReady(page);
  await newNotebook(page, "python");
  await page.keyboard.insertText("print(6 * 7)");
  await page.keyboard.press("Control+Enter");
  await chosen(page).getByText("can't be cancelled while it computes").waitFor();
  await chosen(page).getByText("42").waitFor();
  await noComplaints(page);
});

test("a notebook runs another, which has its own names and gives a value", async () => {
  const page = await open(site);
  await newNotebook(page, "python");
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
  await openNotebook(page, "Untitled");
  await edit(page, 0);
  await page.keyboard.insertText(
    "who = 'me'\n" +
      "print(dbutils.notebook.run('/Child', 60, {'who': 'you'}), who, spark.table('made_by_child').first().n)\n" +
      "try:\n    dbutils.notebook.run('./Nowhere', 60)\nexcept Exception as e:\n    print('WorkflowException' in str(e))",
  );
  await page.keyboard.press("Control+Enter");
  await chosen(page).getByText("hello you me 7").waitFor();
  await chosen(page).getByText("True").waitFor();
  await noComplaints(page);
});

test("a cell that computes for ever is cancelled, and the page answers meanwhile", async () => {
  const page = await open(site);
  await newNotebook(page, "python");
  await page.keyboard.insertText("import time\nprint('begun')\ntime.sleep(0.5)\nwhile True:\n    pass");
  await page.keyboard.press("Control+Enter");
  await chosen(page).getByText("begun").waitFor();
  await chosen(page)
    .getByRole("button", { name: /^Cancel/ })
    .click();
  await chosen(page).getByText("Cancelled").first().waitFor();
  await noComplaints(page);
});

test("a list holds one number a hundred thousand times", async () => {
  const page = await open(site);
  await newNotebook(page, "python");
  await page.keyboard.insertText("numbers = [7] * 100_000\nsum(numbers) + len({n: n for n in numbers})");
  await page.keyboard.press("Control+Enter");
  await chosen(page).getByText("700001", { exact: true }).waitFor();
  await noComplaints(page);
});

test("Python that has no stack or memory left says so, and is there again with the next cell", async () => {
  const page = await open(site);
  const run = (source) =>
    page.evaluate(async (source) => {
      await multihop.ready;
      const { status, stdout, error } = await multihop.run(source);
      return { status, stdout, class: error?.class, message: error?.message };
    }, source);
  await run("kept = 1\nspark.range(3).createOrReplaceTempView('view')\nspark.udf.register('twice', lambda n: 2 * n)");
  const deep = await run("x = 1\nfor _ in range(100_000): x = {'a': x}\nx == {'a': x}");
  assert.equal(deep.class, "RecursionError");
  assert.match(deep.message, /nested too deeply/);
  const large = await run("b = []\nwhile True: b.append(bytearray(100_000_000))");
  assert.equal(large.class, "MemoryError");
  // The session is as it was; Python is new. Functions don't become others'.
  const after = await run("spark.udf.register('thrice', lambda n: 3 * n)\nprint(spark.table('view').count())");
  assert.equal(after.stdout, "3\n");
  assert.equal((await run("print(kept)")).class, "NameError");
  assert.match((await run("spark.sql('SELECT twice(2)').show()")).message, /The function is gone/);
  assert.match((await run("spark.sql('SELECT thrice(2)').show()")).stdout, /6/);
  await noComplaints(page);
});

test("a cell that waits fails when the function of its stream ends Python", async () => {
  const page = await open(site);
  const source = [
    "def deep(df, n):",
    "    x = 1",
    "    for _ in range(100_000): x = {'a': x}",
    "    return x == {'a': x}",
    "spark.sql('CREATE TABLE IF NOT EXISTS t AS SELECT 1 AS a')",
    "stream = spark.readStream.table('t').writeStream.option('checkpointLocation', '/c').foreachBatch(deep).start()",
    "stream.awaitTermination()",
  ].join("\n");
  const failed = await page.evaluate(async (source) => {
    await multihop.ready;
    return (await multihop.run(source)).error?.class;
  }, source);
  assert.equal(failed, "RecursionError");
  const next = await page.evaluate(async () => (await multihop.run("print(1 + 1)")).stdout);
  assert.equal(next, "2\n");
  await noComplaints(page);
});
