// window.multihop: what a hosted lab does to the page from its own script.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { open, press, untilRows } from "./flow.mjs";
import { eventually } from "./patience.mjs";
import { noComplaints, openSite } from "./site.mjs";

let site;
before(async () => (site = await openSite()));
after(() => site.close());

test("a lab's script prepares files, runs cells of both languages, and reads what came of it", async () => {
  const page = await open(site);
  const seen = await page.evaluate(async () => {
    await multihop.ready;
    await multihop.putFile("dbfs:/lab/people/1.json", '{"id": 1, "name": "Ada"}\n{"id": 2, "name": "Grace"}\n');
    const listed = await multihop.listFiles("/lab/people");
    const read = new TextDecoder().decode(await multihop.readFile("/lab/people/1.json"));
    const python = await multihop.run(
      "people = spark.read.json('/lab/people')\nprint(people.count())\ndisplay(people)",
    );
    const kept = await multihop.run("people.write.saveAsTable('people')\nnames = [p.name for p in people.collect()]");
    const names = await multihop.run("print(names)");
    const sql = await multihop.run("SELECT upper(name) AS name FROM people ORDER BY id", "sql");
    const rows = await multihop.sql("DELETE FROM people WHERE id = 1; SELECT * FROM people");
    return { listed, read, python, kept, names, sql, rows, tables: await multihop.tables() };
  });
  assert.deepEqual(
    seen.listed.map(({ path, name, size }) => [path, name, size]),
    [["dbfs:/lab/people/1.json", "1.json", seen.read.length]],
  );
  assert.match(seen.read, /Grace/);
  assert.equal(seen.python.status, "ok");
  assert.equal(seen.python.stdout, "2\n");
  assert.deepEqual(seen.python.results, [
    {
      kind: "table",
      columns: [
        { name: "id", type: "bigint" },
        { name: "name", type: "string" },
      ],
      rows: [
        [1, "Ada"],
        [2, "Grace"],
      ],
      truncated: false,
      streaming: false,
    },
  ]);
  assert.equal(seen.kept.error, null);
  assert.equal(seen.names.stdout, "['Ada', 'Grace']\n");
  assert.deepEqual(seen.sql.results[0].rows, [["ADA"], ["GRACE"]]);
  assert.deepEqual(seen.rows, { columns: seen.python.results[0].columns, rows: [[2, "Grace"]] });
  assert.ok(
    seen.tables.some(({ name, kind, isStreaming }) => /people$/.test(name) && kind === "table" && !isStreaming),
  );
  await noComplaints(page);
});

test("a failing cell is told in its result, with condition and line; a failing request is an error", async () => {
  const page = await open(site);
  const seen = await page.evaluate(async () => {
    const cell = await multihop.run("SELECT 1;\nSELECT nothing FROM nowhere", "sql");
    const python = await multihop.run("x = 1\nraise ValueError('wrong')");
    const errors = [];
    for (const failing of [
      () => multihop.sql("SELEC 1"),
      () => multihop.readFile("/none.json"),
      () => multihop.putFile("/lab/../../x", ""),
      () => multihop.openNotebook("/Nowhere"),
      async () => multihop.on("nothing", () => {}),
    ]) {
      errors.push(await failing().then(String, (error) => [error.name, error.condition ?? null, error.message]));
    }
    return { cell, python, errors };
  });
  assert.equal(seen.cell.status, "error");
  assert.equal(seen.cell.error.condition, "TABLE_OR_VIEW_NOT_FOUND");
  assert.equal(seen.cell.error.line, 2);
  assert.equal(seen.python.error.class, "ValueError");
  assert.equal(seen.python.error.line, 2);
  const [syntax, missing, outside, notebook, event] = seen.errors;
  assert.deepEqual(syntax.slice(0, 2), ["MultihopError", "PARSE_SYNTAX_ERROR"]);
  assert.deepEqual(missing.slice(0, 2), ["MultihopError", "PATH_NOT_FOUND"]);
  assert.equal(outside[0], "MultihopError");
  assert.match(notebook[2], /There is no notebook \/Nowhere\. There are: .*Copy-Datasets/);
  assert.match(event[2], /ready, flow, batch and error/);
});

test("events tell of batches, and a stream's result is whole and ends", async () => {
  const page = await open(site);
  const seen = await page.evaluate(async () => {
    window.told = { batches: [], rows: [], afterEnd: [] };
    multihop.on("batch", (batch) => told.batches.push(batch));
    multihop.on("flow", ({ pipelines }) => {
      const nodes = pipelines.flatMap(({ nodes }) => nodes);
      told.rows.push(nodes.find(({ name }) => name === "orders_bronze").rows);
    });
    const end = multihop.on("flow", (flow) => told.afterEnd.push(flow));
    end();
    await multihop.putFile("/lab/in/1.json", '{"n": 1}\n{"n": 2}\n');
    const stream = await multihop.run("display(spark.readStream.schema('n INT').json('/lab/in').groupBy().sum('n'))\n");
    const active = await multihop.run("print(len(spark.streams.active))");
    return { stream, active };
  });
  assert.deepEqual(seen.stream.results[0].rows, [[3]]);
  assert.equal(seen.stream.results[0].streaming, true);
  assert.equal(seen.active.stdout, "0\n");
  await press(page, "Start");
  await untilRows(page, "orders_bronze", 3000);
  await eventually("events told of the first batch, and of the rows", async () => {
    const { batches, rows, afterEnd } = await page.evaluate(() => told);
    const isFirst = ({ pipeline, rows, batchId }) => pipeline === "bookstore" && rows > 0 && batchId === 0;
    assert.ok(batches.some(isFirst), `batches: ${JSON.stringify(batches)}`);
    assert.ok(rows.includes(3000), `rows of orders_bronze: ${rows.join(", ")}`);
    assert.deepEqual(afterEnd, [], "a listener that was ended hears nothing");
  });
});

test("a table leaves as ZIP with its log, as parquet and as CSV; notebooks open by path and by file", async () => {
  const page = await open(site);
  const seen = await page.evaluate(async () => {
    await multihop.sql("CREATE TABLE t AS SELECT 1 AS n, 'a' AS s");
    const text = (bytes) => new TextDecoder("latin1").decode(bytes);
    const file = new File(["# Databricks notebook source\nprint(7 * 6)\n"], "Check.py");
    return {
      zip: text(await multihop.exportTable("t")),
      parquet: text(await multihop.exportTable("t", "parquet")),
      csv: text(await multihop.exportTable("t", "csv")),
      opened: await multihop.openNotebook(file),
    };
  });
  assert.match(seen.zip, /^PK/);
  assert.match(seen.zip, /t\/_delta_log\/00000000000000000000\.json/);
  assert.match(seen.zip, /t\/part-[^/]*\.parquet/);
  assert.match(seen.parquet, /^PAR1/);
  assert.equal(seen.csv, "n,s\n1,a\n");
  assert.equal(seen.opened, "/Check");
  await page.getByRole("heading", { level: 2, name: "Check" }).waitFor();
});

test("every function of window.multihop is described in multihop.d.ts, and nothing else is", async () => {
  const page = await open(site);
  const described = await readFile(new URL("../../www/multihop.d.ts", import.meta.url), "utf8");
  const body = /interface Multihop \{(.*?)\n\}/s.exec(described)[1];
  const names = [...body.matchAll(/^ {2}(?:readonly )?(\w+)[<(:]/gm)].map(([, name]) => name);
  await eventually("the functions are those that are described", async () => {
    const functions = await page.evaluate(() => Object.keys(multihop));
    assert.deepEqual(functions.sort(), names.sort());
  });
});
