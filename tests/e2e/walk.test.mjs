// The walk-through that the page exists for, with its figures.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { card, expected, open, press, streams, untilFocused, untilRows } from "./flow.mjs";
import { eventually, settled } from "./patience.mjs";
import { noComplaints, openSite, output } from "./site.mjs";

let site;
before(async () => (site = await openSite()));
after(() => site.close());

/** Waits until the streams are in these states, and the last batch of gold has that number. */
async function untilStreams(page, bronze, silver, gold, goldBatch) {
  await eventually("the streams are as they should be", async () => {
    const { orders_bronze, orders_silver, daily_customer_books } = await streams(page);
    assert.deepEqual(
      [orders_bronze?.state, orders_silver?.state, daily_customer_books],
      [bronze, silver, { state: gold, batch: goldBatch }],
    );
  });
}

test("orders flow through bronze, silver and gold as they arrive", async (t) => {
  const page = await open(site);
  for (const name of ["orders-raw", "customers-json", "orders_silver", "daily_customer_books"]) {
    await card(page, name).waitFor();
  }
  await page.screenshot({ path: `${output}flow-before.png` });

  await t.test("Start: three files, 3000 orders", async () => {
    const { silver } = await expected(3);
    assert.ok(silver > 0 && silver < 3000, "some orders are dropped on the way to silver");
    await press(page, "Start");
    await untilRows(page, "orders_bronze", 3000);
    await untilRows(page, "orders_silver", silver);
    // Gold waits to be asked.
    await untilStreams(page, "Waiting", "Waiting", "Not started", "–");
    await untilRows(page, "daily_customer_books", null);
  });

  await t.test("Load new data: one more file, 4000", async () => {
    await press(page, "Load new data");
    await untilRows(page, "orders_bronze", 4000);
    await untilRows(page, "orders_silver", (await expected(4)).silver);
    await untilStreams(page, "Waiting", "Waiting", "Not started", "–");
    await untilRows(page, "daily_customer_books", null);
  });

  await t.test("Update gold: the query stops by itself", async () => {
    await press(page, "Update gold");
    await untilRows(page, "daily_customer_books", (await expected(4)).gold);
    // Its first batch: had it run unasked before, this would be a later one.
    await untilStreams(page, "Waiting", "Waiting", "Finished", "0");
  });

  await t.test("Load all remaining: 10 000; gold stays until updated", async () => {
    const { gold: goldBefore } = await expected(4);
    const { silver, gold } = await expected(10);
    await press(page, "Load all remaining");
    await untilRows(page, "orders_bronze", 10_000);
    await untilRows(page, "orders_silver", silver);
    await untilStreams(page, "Waiting", "Waiting", "Finished", "0");
    await untilRows(page, "daily_customer_books", goldBefore);
    await press(page, "Update gold");
    await untilRows(page, "daily_customer_books", gold);
    await untilStreams(page, "Waiting", "Waiting", "Finished", "1");
    await page.screenshot({ path: `${output}flow-light.png`, fullPage: true });
  });

  await t.test("Stop all streams: none runs", async () => {
    await press(page, "Stop all streams");
    await untilStreams(page, "Stopped", "Stopped", "Finished", "1");
  });

  await t.test("Reset: as at the start, and it runs again", async () => {
    await press(page, "Reset");
    await page.getByRole("dialog").getByRole("button", { name: "Reset" }).click();
    await card(page, "orders_bronze").getByText("Not created yet").waitFor();
    await untilStreams(page, "Not started", "Not started", "Not started", "–");
    await press(page, "Start");
    await untilRows(page, "orders_bronze", 3000);
  });
  await noComplaints(page);
});

test("a table opens to its rows, schema, files, history and commits", async () => {
  const page = await open(site);
  await press(page, "Start");
  await untilRows(page, "orders_bronze", 3000);
  await press(page, "Load new data");
  await untilRows(page, "orders_bronze", 4000);
  await card(page, "orders_bronze").click();
  const drawer = page.getByRole("dialog");

  const grid = drawer.getByRole("grid");
  await grid.getByRole("gridcell").first().waitFor();
  await drawer.getByText("4,000 rows").waitFor();
  await untilFocused(page, drawer.getByRole("heading", { name: "orders_bronze" }));
  await grid.focus();
  await page.keyboard.press("Control+End");
  await drawer.locator('[role=row][aria-rowindex="4001"]').waitFor();
  await eventually("only the rows on screen are in the document", async () => {
    const rows = await grid.getByRole("row").count();
    assert.ok(rows > 10 && rows < 200, `there are ${rows}`);
  });
  await page.screenshot({ path: `${output}table-data.png` });

  await drawer.getByRole("tab", { name: "Schema" }).click();
  for (const line of ["order_id: string", "quantity: long", "current_timestamp(): timestamp", "source_file: string"]) {
    await drawer.getByText(line).waitFor();
  }
  await drawer.getByRole("tab", { name: "Files" }).click();
  await drawer.getByText(".parquet").first().waitFor();
  await drawer.getByRole("tab", { name: "History" }).click();
  await drawer.getByText("STREAMING UPDATE").first().waitFor();
  await page.screenshot({ path: `${output}table-history.png` });
  await drawer.getByRole("tab", { name: "Log" }).click();
  await drawer.getByText('"commitInfo"').first().waitFor();
  await page.screenshot({ path: `${output}table-log.png` });

  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "detached" });
  await untilFocused(page, card(page, "orders_bronze"));
  await noComplaints(page);
});

test("in dark and on a narrow screen everything is there", async () => {
  for (const [name, options] of [
    ["dark", { colorScheme: "dark" }],
    ["narrow", { viewport: { width: 390, height: 844 } }],
  ]) {
    const page = await open(site, options);
    await press(page, "Start");
    await untilRows(page, "orders_bronze", 3000);
    await page.screenshot({ path: `${output}flow-${name}.png`, fullPage: true });
    await settled(page);
    await eventually(`${name}: the page is no wider than its window`, async () => {
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `it is ${overflow} px too wide`);
    });
    await noComplaints(page);
  }
});
