// In Chromium: Python cells and completion; the whole way as a person drives it: orders are dropped, flow through
// bronze and silver, gold is updated; and what it costs that a workspace outlives the tab, beside one in memory.
//
//   node benches/browser.mjs [ROWS…]      of the site in target/site; `make bench` calls it
//
// Of the whole way it prints seconds since the drop, the most memory that the tab's process had, and the main thread's
// longest task. What is compared is done in turn, three times each: medians.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drop, open, press, untilReady } from "../tests/e2e/flow.mjs";
import { openSite } from "../tests/e2e/site.mjs";

const customers = "/mnt/demo-datasets/bookstore/customers-json";
const sizes = process.argv.slice(2).map(Number);
if (sizes.length === 0) sizes.push(1_000_000);

/** Waits until a query has taken `rows` rows and rests; gives the time. */
const untilTaken = (page, key, rows) =>
  page.evaluate(
    ([key, rows]) =>
      new Promise((resolve) => {
        const end = multihop.on("flow", ({ pipelines }) => {
          const query = pipelines.flatMap(({ queries }) => queries).find((query) => query.key === key);
          if (query.total_rows < rows || query.state === "Running") return;
          end();
          resolve(Date.now());
        });
      }),
    [key, rows],
  );

/** Waits until a directory has so many files. */
const untilFiles = (page, path, files) =>
  page.evaluate(
    async ([path, files]) => {
      while ((await multihop.listFiles(path)).length < files) await new Promise((resume) => setTimeout(resume, 10));
    },
    [path, files],
  );

/** Writes so many orders and their customers for a drop. */
function writeOrders(rows, folder) {
  const write = ["bench", "--no-default-features", "--features", "engine", "--bench", "hops", "--", "--write", folder];
  execFileSync("cargo", [...write, String(rows)], { stdio: "ignore" });
}

/** A page with a new workspace: kept, as people have it, or in memory. */
async function openWorkspace(site, inMemory) {
  const page = await site.newPage();
  page.setDefaultTimeout(600_000);
  if (inMemory) await page.addInitScript(() => localStorage.setItem("multihop.workspace", "memory"));
  await page.goto(site.url);
  await untilReady(page);
  return page;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Measures in turn, three times each, a workspace in memory and one that is kept. */
async function beside(what, measure) {
  const took = { memory: [], kept: [] };
  for (let turn = 0; turn < 3; turn++) {
    for (const where of Object.keys(took)) took[where].push(await measure(where === "memory"));
  }
  const [memory, kept] = [median(took.memory), median(took.kept)];
  console.log(
    `${what}: ${(kept / 1000).toFixed(2)} s in a workspace that is kept, ${(memory / 1000).toFixed(2)} s in memory: ` +
      `${(kept / memory).toFixed(2)} times`,
  );
}

/** Starts the seed's pipeline, loads all of its files, updates gold. Gives milliseconds. */
async function seed(site, inMemory) {
  const page = await openWorkspace(site, inMemory);
  const started = Date.now();
  const silver = untilTaken(page, "orders_silver", 10_000);
  await press(page, "Start");
  await press(page, "Load all remaining");
  await silver;
  const gold = untilTaken(page, "daily_customer_books", 1);
  await press(page, "Update gold");
  return (await gold) - started;
}

/** Takes dropped orders to gold. Gives milliseconds. */
async function toGold(site, inMemory, folder, rows) {
  const page = await openWorkspace(site, inMemory);
  await drop(page, [join(folder, "customers.json")]);
  await untilFiles(page, customers, 4);
  const ready = untilTaken(page, "orders_silver", 3000);
  await press(page, "Start");
  await ready;
  const started = Date.now();
  const silver = untilTaken(page, "orders_silver", rows + 3000);
  await drop(page, [join(folder, "orders.parquet")]);
  await silver;
  const gold = untilTaken(page, "daily_customer_books", 1);
  await press(page, "Update gold");
  return (await gold) - started;
}

/** From a reload to the answer of the first query: a workspace with much in it, beside a new one. */
async function reopened(site) {
  const firstAnswer = async (page, query) => {
    await page.reload();
    return page.evaluate(async (query) => {
      while (!globalThis.multihop?.ready) await new Promise((resume) => setTimeout(resume, 1));
      await multihop.ready;
      await multihop.sql(query);
      return performance.now();
    }, query);
  };
  const times = async (page, query) => {
    const all = [];
    for (let turn = 0; turn < 5; turn++) all.push(await firstAnswer(page, query));
    return median(all);
  };
  const full = await openWorkspace(site, false);
  await full.evaluate(async () => {
    await multihop.ready;
    await multihop.sql(
      "CREATE TABLE many AS SELECT id, concat('order ', id) AS name, id % 100 AS amount FROM range(1000000)",
    );
    await multihop.sql("CREATE TABLE commits (id BIGINT)");
    for (let commit = 0; commit < 1000; commit++) await multihop.sql(`INSERT INTO commits VALUES (${commit})`);
  });
  const much = await times(full, "SELECT count(*), sum(id) FROM commits");
  const large = await times(full, "SELECT count(*), sum(amount) FROM many");
  const empty = await times(await openWorkspace(site, false), "SELECT count(*), sum(id) FROM range(10)");
  const ratio = (took) => `${(took / 1000).toFixed(2)} s, ${(took / empty).toFixed(2)} times`;
  console.log(
    `from a reload to the first query's answer: ${(empty / 1000).toFixed(2)} s in a new workspace; beside a table of a ` +
      `million rows and one of 1000 commits, that asks the first ${ratio(large)}, the second ${ratio(much)}`,
  );
}

async function wholeWay(rows, folder) {
  writeOrders(rows, folder);
  const orders = join(folder, "orders.parquet");
  const site = await openSite();
  try {
    const page = await open(site);
    page.setDefaultTimeout(600_000);
    // Chromium tells which process is the tab's.
    const browser = await site.browser.newBrowserCDPSession();
    const { processInfo } = await browser.send("SystemInfo.getProcessInfo");
    const tabs = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
    await drop(page, [join(folder, "customers.json")]);
    await untilFiles(page, customers, 4);
    const ready = untilTaken(page, "orders_silver", 3000);
    await press(page, "Start");
    await ready;
    await page.evaluate(() => {
      globalThis.longest = 0;
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
      }).observe({ type: "longtask" });
    });
    for (const id of tabs) writeFileSync(`/proc/${id}/clear_refs`, "5");

    const started = Date.now();
    const bronze = untilTaken(page, "orders_bronze", rows + 3000);
    const silver = untilTaken(page, "orders_silver", rows + 3000);
    await drop(page, [orders]);
    const seconds = [(await bronze) - started, (await silver) - started].map((ms) => (ms / 1000).toFixed(1));
    const gold = untilTaken(page, "daily_customer_books", 1);
    const pressed = Date.now();
    await press(page, "Update gold");
    const updated = (((await gold) - pressed) / 1000).toFixed(1);

    const peaks = tabs.map((id) => /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1] ?? 0);
    const peak = Math.max(...peaks.map(Number)) * 1024;
    const longest = await page.evaluate(() => globalThis.longest);
    const counts = await page.evaluate(async () => {
      const count = async (table) => (await multihop.sql(`SELECT count(*) FROM ${table}`)).rows[0][0];
      return [await count("orders_silver"), await count("daily_customer_books")];
    });
    const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
    console.log(
      `${rows} rows, ${megabytes(statSync(orders).size)}: bronze after ${seconds[0]} s, silver after ${seconds[1]} s ` +
        `(${counts[0]} rows), gold in ${updated} s (${counts[1]} rows); tab's peak memory ${megabytes(peak)}; ` +
        `longest task on the main thread ${longest ? `${longest} ms` : "below 50 ms"}`,
    );
  } finally {
    await site.close();
  }
}

async function cells() {
  const site = await openSite();
  try {
    const page = await open(site);
    const took = await page.evaluate(async () => {
      const seconds = async (source) => (await multihop.run(source)).seconds.toFixed(2);
      const first = await seconds("print('hello')");
      const loop = await seconds("n = 0\nfor i in range(100_000):\n    n += i\nprint(n)");
      await multihop.sql("CREATE TABLE completed AS SELECT 1 AS quantity");
      const { request } = await import(document.querySelector("script[data-page]").dataset.page);
      const times = [];
      for (let turn = 0; turn < 50; turn++) {
        const begun = performance.now();
        await request({ Complete: { language: "sql", before: "SELECT qu" } }, []);
        times.push(performance.now() - begun);
      }
      return { first, loop, completion: Math.max(...times).toFixed(1) };
    });
    console.log(
      `first Python cell, with loading Python: ${took.first} s; 100 000 iterations of a loop: ${took.loop} s; ` +
        `completion: ${took.completion} ms at most of 50`,
    );
  } finally {
    await site.close();
  }
}

await cells();
console.log("orders dropped in headless Chromium, the build that `make run` serves");
for (const rows of sizes) {
  const folder = mkdtempSync(join(tmpdir(), "multihop-"));
  try {
    await wholeWay(rows, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

console.log("what it costs that a workspace outlives the tab");
{
  const rows = 1_000_000;
  const folder = mkdtempSync(join(tmpdir(), "multihop-"));
  const site = await openSite();
  try {
    writeOrders(rows, folder);
    await beside("the sample data to gold", (inMemory) => seed(site, inMemory));
    await beside(`${rows} orders to gold`, (inMemory) => toGold(site, inMemory, folder, rows));
    await reopened(site);
  } finally {
    await site.close();
    rmSync(folder, { recursive: true });
  }
}
