// Nothing is lost: a workspace outlives its tab, a dead engine, and a second tab.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { card, cell, expected, newNotebook, openNotebook, press, streams, untilReady, untilRows } from "./flow.mjs";
import { absent, eventually } from "./patience.mjs";
import { noComplaints, openSite, output } from "./site.mjs";

let site;
before(async () => (site = await openSite()));
after(() => site.close());

async function open(options = {}) {
  const page = await site.newPage(options);
  // What ends a worker from outside; the page itself hears nothing of it.
  await page.addInitScript(() => {
    const Real = window.Worker;
    window.workers = [];
    window.Worker = class extends Real {
      constructor(...args) {
        super(...args);
        window.workers.push(this);
      }
    };
  });
  await page.goto(site.url);
  await untilReady(page);
  return page;
}

async function reload(page) {
  await page.reload();
  await untilReady(page);
  await page.getByText("Your workspace is back.").waitFor();
}

test("the walk-through goes on exactly once after a reload at every step", async () => {
  const page = await open();
  await absent(page.getByText("Your workspace is back."), { after: card(page, "orders-raw") });
  await press(page, "Start");
  await untilRows(page, "orders_bronze", 3000);
  await untilRows(page, "orders_silver", (await expected(3)).silver);

  await reload(page);
  await page.screenshot({ path: `${output}keep-resumed.png` });
  await untilRows(page, "orders_bronze", 3000);
  await eventually("no stream runs: they end with the tab", async () => {
    const states = Object.values(await streams(page)).map(({ state }) => state);
    assert.deepEqual(new Set(states), new Set(["Not started"]));
  });
  await press(page, "Load new data");
  await page.getByRole("button", { name: "Start the streams again" }).click();
  await untilRows(page, "orders_bronze", 4000);
  await untilRows(page, "orders_silver", (await expected(4)).silver);

  await reload(page);
  await press(page, "Update gold");
  await untilRows(page, "daily_customer_books", (await expected(4)).gold);

  await reload(page);
  await page.getByRole("button", { name: "Start the streams again" }).click();
  await press(page, "Load all remaining");
  await untilRows(page, "orders_bronze", 10_000);
  const { silver, gold } = await expected(10);
  await untilRows(page, "orders_silver", silver);
  await press(page, "Update gold");
  await untilRows(page, "daily_customer_books", gold);

  await reload(page);
  await untilRows(page, "orders_bronze", 10_000);
  await untilRows(page, "orders_silver", silver);
  await untilRows(page, "daily_customer_books", gold);
  await noComplaints(page);
});

test("views, functions and notebooks with what their cells showed are there again; temporary views aren't", async () => {
  const page = await open();
  const sql = (text) => page.evaluate((text) => window.multihop.sql(text), text);
  await eventually("scripts can speak", () => page.evaluate(() => window.multihop.ready));
  await sql("CREATE TABLE kept (id INT, name STRING)");
  await sql("INSERT INTO kept VALUES (1, 'a'), (2, 'b')");
  await sql("CREATE VIEW kept_view AS SELECT id * 10 AS ten FROM kept");
  await sql("CREATE FUNCTION twice(x INT) RETURNS INT RETURN x * 2");
  await sql("CREATE TABLE outside (id INT) LOCATION 'dbfs:/elsewhere/outside'");
  await sql("CREATE TEMPORARY VIEW gone AS SELECT 1 AS one");
  await newNotebook(page, "sql");
  await page.keyboard.type("SELECT id, name FROM kept ORDER BY id");
  await page.keyboard.press("Control+Enter");
  await cell(page, 0).getByRole("gridcell", { name: "b", exact: true }).waitFor();

  await reload(page);
  await eventually("scripts can speak", () => page.evaluate(() => window.multihop.ready));
  assert.deepEqual((await sql("SELECT ten, twice(2) AS four FROM kept_view ORDER BY ten")).rows, [
    [10, 4],
    [20, 4],
  ]);
  assert.deepEqual((await sql("SELECT count(*) AS n FROM outside")).rows, [[0]]);
  await assert.rejects(sql("SELECT * FROM gone"), /TABLE_OR_VIEW_NOT_FOUND/);
  await openNotebook(page, "Untitled");
  await cell(page, 0).getByText("SELECT id, name FROM kept").waitFor();
  await cell(page, 0).getByRole("gridcell", { name: "b", exact: true }).waitFor();
  await noComplaints(page);
});

test("an engine that the browser ends is started again over the same workspace", async () => {
  const page = await open();
  await press(page, "Start");
  await untilRows(page, "orders_bronze", 3000);
  await page.evaluate(() => window.workers.at(-1).terminate());
  await page.getByText("The engine stopped and was started again.").waitFor();
  await untilReady(page);
  await untilRows(page, "orders_bronze", 3000);
  await page.getByRole("button", { name: "Start the streams again" }).click();
  await press(page, "Load new data");
  await untilRows(page, "orders_bronze", 4000);
  await untilRows(page, "orders_silver", (await expected(4)).silver);
});

test("of two tabs one has the workspace, and the other takes it over at the person's word", async () => {
  const first = await open();
  await press(first, "Start");
  await untilRows(first, "orders_bronze", 3000);
  const second = await first.context().newPage();
  await second.goto(site.url);
  await second.getByText("“My workspace” is open in another tab.").waitFor();
  await second.screenshot({ path: `${output}keep-occupied.png` });
  await second.getByRole("button", { name: "Take over here" }).click();
  await untilReady(second);
  await untilRows(second, "orders_bronze", 3000);
  await first.getByText("Another tab has taken over “My workspace”.").waitFor();
  await first.getByText("Another tab has this workspace.", { exact: true }).waitFor();
  await first.screenshot({ path: `${output}keep-taken-over.png` });
  await second.close();
  await first.getByRole("button", { name: "Open it here again" }).click();
  await untilReady(first);
  await untilRows(first, "orders_bronze", 3000);
});

test("workspaces are made, copied, named and deleted, each with its own tables", async () => {
  const page = await open();
  await press(page, "Start");
  await untilRows(page, "orders_bronze", 3000);
  const dialog = page.getByRole("dialog", { name: "Workspaces" });
  await page.keyboard.press("w");
  await dialog.getByText("open here").waitFor();
  await page.screenshot({ path: `${output}keep-workspaces.png` });
  await dialog.getByRole("button", { name: "Duplicate" }).click();
  await page.getByRole("button", { name: "Workspace: My workspace (copy)" }).waitFor();
  await untilReady(page);
  await untilRows(page, "orders_bronze", 3000);

  await page.keyboard.press("w");
  await dialog.getByLabel("Name of a new workspace").fill("Empty");
  await dialog.getByRole("button", { name: "Create" }).click();
  await page.getByRole("button", { name: "Workspace: Empty" }).waitFor();
  await untilReady(page);
  await card(page, "orders_bronze").getByText("Not created yet").waitFor();

  await page.keyboard.press("w");
  const copy = dialog.getByRole("listitem").filter({ hasText: "My workspace (copy)" });
  await copy.getByRole("button", { name: "Rename" }).click();
  await dialog.getByLabel("New name").fill("Second");
  await page.keyboard.press("Enter");
  const second = dialog.getByRole("listitem").filter({ hasText: "Second" });
  await second.getByRole("button", { name: "Delete Second" }).click();
  await second.getByRole("button", { name: "Delete", exact: true }).click();
  await second.waitFor({ state: "detached" });
  const first = dialog.getByRole("listitem").filter({ hasText: "My workspace" });
  await first.getByRole("button", { name: "Open" }).click();
  await untilReady(page);
  await untilRows(page, "orders_bronze", 3000);
});

test("after the first visit the page needs no network", async () => {
  const page = await open({ serviceWorkers: "allow" });
  await eventually("the browser keeps the site", async () => {
    const state = await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state);
    assert.equal(state, "activated");
  });
  await page.context().setOffline(true);
  await page.reload();
  await untilReady(page);
  await press(page, "Start");
  await untilRows(page, "orders_bronze", 3000);
});

test("a workspace is saved as one file and opened from it, with tables, notebooks and views", async () => {
  const page = await open();
  await press(page, "Start");
  await untilRows(page, "orders_bronze", 3000);
  const { silver } = await expected(3);
  await untilRows(page, "orders_silver", silver);
  const sql = (text) => page.evaluate((text) => window.multihop.sql(text), text);
  await sql("CREATE VIEW kept_view AS SELECT count(*) AS n FROM orders_bronze");
  const history = "SELECT version, timestamp FROM (DESCRIBE HISTORY orders_bronze) ORDER BY version";
  const before = (await sql(history)).rows;

  await page.keyboard.press("w");
  const dialog = page.getByRole("dialog", { name: "Workspaces" });
  const [saved] = await Promise.all([
    page.waitForEvent("download"),
    dialog.getByRole("button", { name: "Save this one as .zip" }).click(),
  ]);
  assert.equal(saved.suggestedFilename(), "My workspace.zip");
  const file = `${output}My workspace.zip`;
  await saved.saveAs(file);
  await page.screenshot({ path: `${output}keep-zip.png` });
  // It went on meanwhile.
  assert.deepEqual((await sql("SELECT n FROM kept_view")).rows, [[3000]]);

  const other = await open();
  await other.keyboard.press("w");
  await other.locator('[data-choose="workspace"]').setInputFiles({
    name: "broken.zip",
    mimeType: "application/zip",
    buffer: Buffer.from("PK, but no archive"),
  });
  // Nothing is left of it in the list.
  const refused = other.getByText("This is no .zip file, or a part of it is missing.");
  await absent(other.getByRole("button", { name: "Open", exact: true }), { after: refused });
  await other.screenshot({ path: `${output}keep-zip-refused.png` });
  await other.locator('[data-choose="workspace"]').setInputFiles(file);
  await other.getByText("Your workspace is back.").waitFor();
  await untilReady(other);
  await untilRows(other, "orders_bronze", 3000);
  const again = (text) => other.evaluate((text) => window.multihop.sql(text), text);
  assert.deepEqual((await again("SELECT n FROM kept_view")).rows, [[3000]]);
  assert.deepEqual((await again(history)).rows, before);
  await other.getByRole("button", { name: "Start the streams again" }).click();
  await press(other, "Load new data");
  await untilRows(other, "orders_bronze", 4000);
  await untilRows(other, "orders_silver", (await expected(4)).silver);
  await noComplaints(other);
});

test("a workspace in memory can be saved, too", async () => {
  const page = await site.newPage();
  await page.addInitScript(() => localStorage.setItem("multihop.workspace", "memory"));
  await page.goto(site.url);
  await untilReady(page);
  await page.getByText("This workspace is in memory: it ends with the tab.").waitFor();
  await page.keyboard.press("w");
  const [saved] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save this one as .zip" }).click(),
  ]);
  assert.equal(saved.suggestedFilename(), "In memory.zip");
  await page.screenshot({ path: `${output}keep-memory.png` });
});

/** Sends a request of the protocol, as scripting.js does. */
const ask = (page, request) =>
  page.evaluate(async (message) => {
    const page = await import(document.querySelector("script[data-page]").dataset.page);
    await page.request(message, []).catch((error) => {
      throw new Error(error.message);
    });
  }, request);

test("an engine that panics says so and comes back; a file that ended it is read again only when asked to", async () => {
  const page = await open();
  const sql = (text) => page.evaluate((text) => window.multihop.sql(text), text);
  await sql("CREATE TABLE kept AS SELECT 1 AS one");
  await assert.rejects(ask(page, { Nonsense: {} }), /doesn't understand this request/);
  await assert.rejects(ask(page, "Crash"));
  await page.getByText("The engine stopped (a script's request) and was started again.").waitFor();
  await untilReady(page);
  assert.deepEqual((await sql("SELECT * FROM kept")).rows, [[1]]);

  const file = "dbfs:/mnt/demo-datasets/bookstore/orders-raw/01.parquet";
  const count = `SELECT count(*) FROM parquet.\`${file}\``;
  assert.deepEqual((await sql(count)).rows, [[1000]]);
  await ask(page, { Quarantine: { path: file } });
  await assert.rejects(sql(count), /isn't read: the engine stopped when it read it/);
  await reload(page);
  await assert.rejects(sql(count), /isn't read: the engine stopped when it read it/);
  await page.getByRole("tab", { name: /^Files/ }).click();
  for (const directory of ["mnt/", "demo-datasets/", "bookstore/", "orders-raw/"])
    await page.getByRole("button", { name: directory, exact: true }).click();
  await page.screenshot({ path: `${output}keep-quarantine.png` });
  await page.getByRole("button", { name: "Read it again" }).click();
  await page.getByRole("button", { name: "Read it again" }).waitFor({ state: "hidden" });
  assert.deepEqual((await sql(count)).rows, [[1000]]);
});
