// Files of one's own: good, many, foreign, broken, hostile.

import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { card, drop, dropMade, expected, fixtures, open, press, untilGold, untilRows } from "./flow.mjs";
import { absent, eventually, idle } from "./patience.mjs";
import { noComplaints, openSite, output } from "./site.mjs";

let site;
before(async () => (site = await openSite()));
after(() => site.close());

const streaming = `${fixtures}/bookstore/orders-streaming`;

/** The page with the bookstore's streams running. */
async function running() {
  const page = await open(site);
  await press(page, "Start");
  await untilRows(page, "orders_bronze", 3000);
  return page;
}

test("a parquet file that fits the landing directory flows on", async () => {
  const page = await running();
  await drop(page, [`${streaming}/04.parquet`]);
  await page.locator(".tray").getByText("1 file landed in orders-raw").waitFor();
  await untilRows(page, "orders_bronze", 4000);
  await untilRows(page, "orders_silver", (await expected(4)).silver);
  await page.screenshot({ path: `${output}dropped.png` });
  await noComplaints(page);
});

test("a file dropped on a lane flows on too", async () => {
  const page = await running();
  await drop(page, [`${streaming}/05.parquet`], page.locator(".graph .lane-source").first());
  await untilRows(page, "orders_bronze", 4000);
});

test("a folder of files lands whole", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "multihop-"));
  t.after(() => rm(folder, { recursive: true }));
  for (const name of ["04", "05", "06"]) await cp(`${streaming}/${name}.parquet`, join(folder, `${name}.parquet`));
  const page = await running();
  await drop(page, [folder]);
  await untilRows(page, "orders_bronze", 6000);
});

test("fifty files land at once", async () => {
  const page = await open(site);
  const line = (n) => JSON.stringify({ sensor: `s${n % 7}`, value: n / 2, at: `2024-05-01T00:00:${10 + n}Z` });
  const files = Array.from({ length: 50 }, (_, n) => ({
    name: `part-${n}.json`,
    text: `${line(n)}\n${line(n + 1)}\n`,
  }));
  await dropMade(page, files);
  await page.getByRole("heading", { name: "Dropped 50 files" }).waitFor();
  await page.getByRole("button", { name: "New pipeline" }).waitFor();
});

test("files of another kind get a pipeline of their own", async () => {
  const page = await open(site);
  // One object a line, and one array: both are JSON.
  await dropMade(page, [
    { name: "readings.json", text: '{"city":"Paris","degrees":21.5}\n{"city":"Rome","degrees":27}\n' },
    { name: "more.json", text: '[{"city":"Oslo","degrees":9.5},{"city":"Rome","degrees":null}]' },
  ]);
  const dialog = page.getByRole("dialog", { name: "New pipeline" });
  // It opens by itself.
  await dialog.getByText("degrees").first().waitFor();
  await dialog.getByLabel("Name").fill("weather");
  for (const layer of ["Bronze", "Silver", "Gold"]) {
    await eventually(`${layer} can be edited, and names the pipeline`, async () => {
      const text = dialog.getByLabel(new RegExp(`^${layer}`));
      assert.match(await text.inputValue(), /\bweather_/);
      assert.ok(await text.isEditable());
    });
  }
  await page.screenshot({ path: `${output}new-pipeline.png` });

  // A mistake in the SQL is said where it is, and nothing is lost.
  const silver = dialog.getByLabel(/^Silver/);
  const text = await eventually("Silver has its text", async () => {
    const text = await silver.inputValue();
    assert.match(text, /^\s*SELECT\b/i);
    return text;
  });
  await silver.fill(text.replace(/SELECT\b/i, "SELECT no_such_column AS missing,"));
  await dialog.getByRole("button", { name: "Create and start" }).click();
  await dialog.getByRole("alert").filter({ hasText: "UNRESOLVED_COLUMN" }).first().waitFor();
  await page.screenshot({ path: `${output}new-pipeline-error.png` });
  await silver.fill(text);
  await dialog.getByRole("button", { name: "Create and start" }).click();
  await dialog.waitFor({ state: "detached" });
  await untilRows(page, "weather_bronze", 4);
  await untilRows(page, "weather_silver", 4);
  await press(page, "Update gold");
  await untilGold(page);
  await page.screenshot({ path: `${output}own-pipeline.png`, fullPage: true });
  await noComplaints(page);
});

// What is said of each, on its card. fixtures/README.md tells what is wrong with them.
const refused = {
  "blank.json": /isn't JSON/,
  "empty.parquet": /FAILED_READ_FILE[^]*empty/,
  "footer-too-long.parquet": /FAILED_READ_FILE[^]*footer is damaged/,
  "not-json.json": /isn't JSON/,
  "png-named.parquet": /FAILED_READ_FILE[^]*PNG image/,
  "scalar.json": /isn't JSON/,
  "text-named.parquet": /FAILED_READ_FILE[^]*isn't a parquet file/,
  "truncated.parquet": /FAILED_READ_FILE[^]*cut off/,
};
// Readable, as Spark's permissive mode reads: what cannot be read is in _corrupt_record.
const waiting = {
  "bad-utf8.json": /_corrupt_record/,
  "deep.json": /_corrupt_record/,
  "half-a-line.json": /_corrupt_record/,
  "new-column.parquet": /Total_Amount/,
  "other-schema.parquet": /title/,
  "trailing-comma.json": /_corrupt_record/,
};

test("each broken file is told of by name and reason, and the streams go on", async (t) => {
  const page = await running();
  for (const [name, reason] of Object.entries({ ...refused, ...waiting })) {
    await t.test(name, async () => {
      await drop(page, [`${fixtures}/broken/${name}`]);
      const told = page.locator("section.tray .file-card").filter({ hasText: name });
      await eventually(`it is said of ${name} what is wrong with it`, async () => {
        assert.match(await told.innerText(), reason);
        assert.match(await told.getAttribute("class"), name in refused ? /refused/ : /waits/);
      });
      const dialog = page.getByRole("dialog", { name: "New pipeline" });
      // For what can be read a dialog opens by itself.
      if (name in waiting) {
        await dialog.waitFor();
        await page.keyboard.press("Escape");
        await dialog.waitFor({ state: "detached" });
      } else {
        await absent(dialog, { after: () => idle(page) });
      }
      await page.locator("section.tray").screenshot({ path: `${output}broken-${name.replace(/\W/g, "_")}.png` });
      await page.getByRole("button", { name: "Dismiss dropped files" }).click();
      await told.waitFor({ state: "detached" });
    });
  }
  await press(page, "Load new data");
  await untilRows(page, "orders_bronze", 4000);
  await noComplaints(page);
});

test("damage that shows only in a file's data fails its stream by the file's name, and loses nothing", async () => {
  const page = await running();
  const { silver } = await expected(3);
  await untilRows(page, "orders_silver", silver);
  await drop(page, [`${fixtures}/broken/flipped-bytes.parquet`]);
  const alert = page.getByRole("alert").filter({ hasText: "FAILED_READ_FILE" }).first();
  await eventually("an alert names the stream and the file", async () => {
    assert.match(await alert.innerText(), /orders_bronze failed[^]*flipped-bytes\.parquet/);
  });
  await page.screenshot({ path: `${output}stream-failed.png`, fullPage: true });
  await untilRows(page, "orders_bronze", 3000);
  await untilRows(page, "orders_silver", silver);
  await press(page, "Update gold");
  await untilRows(page, "daily_customer_books", (await expected(3)).gold);
  await noComplaints(page);
});

test("names that want out of the directory, or into the page, stay names", async () => {
  const page = await running();
  const text = '{"order_id":"1"}\n';
  await dropMade(page, [
    { name: "../../../etc/passwd.json", text },
    { name: "<script>document.title='owned'<\u002fscript>.json", text },
    { name: "a'\"`;DROP TABLE orders_bronze;--.json", text },
  ]);
  await page.getByRole("heading", { name: "Dropped 3 files" }).waitFor();
  const cards = page.locator(".file-card");
  for (const name of ["passwd.json", "<script>document.title='owned'<\u002fscript>.json", "DROP TABLE orders_bronze"]) {
    await cards.filter({ hasText: name }).waitFor();
  }
  await absent(page.locator("main script"), { after: () => idle(page) });
  await eventually("the title is the page's own", async () => assert.equal(await page.title(), "Multihop"));
  await untilRows(page, "orders_bronze", 3000);
  await noComplaints(page);
});
