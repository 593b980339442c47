// Files of one's own: good, many, foreign, broken, hostile.

import assert from "node:assert/strict";
import { mkdtemp, cp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { card, drop, dropMade, expected, fixtures, open, press, said, untilRows } from "./flow.mjs";
import { openSite, output } from "./site.mjs";

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
  await page.getByText("1 file landed in orders-raw").first().waitFor();
  await untilRows(page, "orders_bronze", 4000);
  await untilRows(page, "orders_silver", (await expected(4)).silver);
  await page.screenshot({ path: `${output}dropped.png` });
  assert.deepEqual(page.complaints, []);
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
  await page.getByRole("button", { name: "New pipeline" }).or(dialog).first().waitFor();
  if (!(await dialog.isVisible())) await page.getByRole("button", { name: "New pipeline" }).click();
  await dialog.getByText("degrees").first().waitFor();
  await dialog.getByLabel("Name").fill("weather");
  assert.equal(await dialog.locator("textarea").count(), 3, "bronze, silver and gold can be edited");
  await page.screenshot({ path: `${output}new-pipeline.png` });

  // A mistake in the SQL is said where it is, and nothing is lost.
  const silver = dialog.locator("textarea").nth(1);
  const text = await silver.inputValue();
  await silver.fill(text.replace(/SELECT\s+\*?/i, "SELECT no_such_column, "));
  await dialog.getByRole("button", { name: "Create and start" }).click();
  await dialog.getByText("no_such_column").last().waitFor();
  await dialog.getByRole("alert").filter({ hasText: "UNRESOLVED_COLUMN" }).first().waitFor();
  await silver.fill(text);
  await dialog.getByRole("button", { name: "Create and start" }).click();
  await dialog.waitFor({ state: "detached" });
  await untilRows(page, "weather_bronze", 4);
  await untilRows(page, "weather_silver", 4);
  await press(page, "Update gold");
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".card.lane-gold")].some((card) =>
      /[1-9]/.test(card.querySelector(".figure")?.textContent),
    ),
  );
  await page.screenshot({ path: `${output}own-pipeline.png`, fullPage: true });
  assert.deepEqual(page.complaints, []);
});

test("each broken file is an error that names it, and the streams go on", async (t) => {
  const page = await running();
  const names = (await readdir(`${fixtures}/broken`)).filter((name) => !/\.md$|^\./.test(name));
  assert.ok(names.length >= 5, `fixtures/broken has ${names.length} files`);
  for (const name of names) {
    await t.test(name, async () => {
      await drop(page, [`${fixtures}/broken/${name}`]);
      const tray = page.locator("section.tray").last();
      const told = tray.locator(".file-card").filter({ hasText: name });
      await told.first().waitFor();
      const text = await told.first().innerText();
      // A file that is whole but of another schema isn't wrong: it waits for a pipeline of its own.
      const waits = await tray.getByRole("button", { name: "New pipeline" }).count();
      assert.ok(waits || (await told.first().getAttribute("class")).includes("refused"), `${name}: ${text}`);
      if (await page.getByRole("dialog").count()) await page.keyboard.press("Escape");
      await tray.screenshot({ path: `${output}broken-${name.replace(/\W/g, "_")}.png` });
      await tray.getByRole("button", { name: "Dismiss dropped files" }).click();
    });
  }
  await press(page, "Load new data");
  await untilRows(page, "orders_bronze", 4000);
  assert.deepEqual(page.complaints, []);
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
  await page.locator(".file-card").nth(2).waitFor();
  assert.equal(await page.title(), "Multihop", await said(page));
  assert.equal(await page.locator("main script").count(), 0);
  await card(page, "orders_bronze").waitFor();
  assert.deepEqual(page.complaints, []);
});
