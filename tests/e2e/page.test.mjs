// The page alone, with fake_engine in the engine's place: what it shows and takes, whatever the engine does.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { openSite, output } from "./site.mjs";

const here = new URL(".", import.meta.url).pathname;
const fake = await readFile(`${here}fake_engine/engine_loader.js`, "utf8");
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let site;
before(async () => (site = await openSite()));
after(() => site.close());

/** The page with the fake engine, ready. */
async function open(options = {}) {
  const page = await site.newPage(options);
  await page.route("**/engine_loader.js", (route) => route.fulfill({ contentType: "text/javascript", body: fake }));
  await page.goto(site.url);
  await page.locator(".card").first().waitFor();
  return page;
}

const card = (page, name) => page.locator(".card.full", { hasText: name });
const focused = (page, read) => page.evaluate(read);
const dropFiles = (page, names, size = 2048) =>
  page.evaluate(
    ([names, size]) => {
      const transfer = new DataTransfer();
      for (const name of names) transfer.items.add(new File([new Uint8Array(size)], name));
      for (const kind of ["dragenter", "dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
      }
    },
    [names, size],
  );

test("the keyboard alone starts the pipeline, looks at rows and opens a nested value; the focus returns", async () => {
  const page = await open();
  await page.keyboard.press("s");
  await card(page, "orders_silver").getByText("2,826").waitFor();
  await card(page, "orders_bronze").focus();
  await page.keyboard.press("Enter");
  const grid = page.getByRole("grid");
  await grid.getByText("000000004243").waitFor();
  assert.equal(await focused(page, () => document.activeElement.id), "drawer-title");
  await grid.focus();
  await page.keyboard.press("Control+End");
  await grid.locator('[aria-rowindex="3001"]').waitFor();
  await page.keyboard.press("Control+Home");
  for (let column = 0; column < 5; column++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "books, row 1" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "books, row 1" }).waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement.role === "grid");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => /orders_bronze/.test(document.activeElement.innerText));
  assert.deepEqual(page.complaints, []);
});

test("tabs follow the arrow keys", async () => {
  const page = await open();
  await page.getByRole("tab", { name: "Flow" }).focus();
  for (const [key, id] of [
    ["ArrowRight", "view-tab-notebook"],
    ["End", "view-tab-files"],
    ["ArrowRight", "view-tab-flow"],
    ["ArrowLeft", "view-tab-files"],
    ["Home", "view-tab-flow"],
  ]) {
    await page.keyboard.press(key);
    assert.equal(await focused(page, () => document.activeElement.id), id);
    assert.equal(await page.locator(`#${id}`).getAttribute("aria-selected"), "true");
  }
});

test("every shortcut that the help lists does something, and none of them does when switched off", async () => {
  const page = await open();
  // Asked for early: to catch choosers takes the browser a moment.
  const chooser = page.waitForEvent("filechooser");
  await page.keyboard.press("4");
  await page.getByRole("heading", { name: "orders_bronze" }).waitFor();
  await page.keyboard.press("5");
  await page.getByRole("heading", { name: "Files" }).waitFor();
  await page.keyboard.press("3");
  await page.getByRole("heading", { name: "Catalog" }).waitFor();
  await page.keyboard.press("1");
  await page.keyboard.press("s");
  await page.getByText("Streams started.").waitFor();
  await card(page, "orders_silver").getByText("2,826").waitFor();
  await page.keyboard.press("n");
  await page.getByText("Loading 04.parquet").waitFor();
  await page.keyboard.press("g");
  await page.getByText("Gold is being updated").waitFor();
  await page.keyboard.press("a");
  await page.getByText("(0 left)").waitFor();
  await page.keyboard.press("x");
  await page.getByText("All streams stopped.").waitFor();
  await page.keyboard.press("p");
  await page.getByText("There is one pipeline only.").waitFor();
  await page.keyboard.press("t");
  assert.equal(await focused(page, () => document.documentElement.dataset.theme), "light");
  await page.keyboard.press("u");
  assert.ok((await chooser).isMultiple());
  await page.keyboard.press("r");
  await page.getByRole("dialog", { name: "Reset Bookstore?" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("shortcuts");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await page.getByLabel("Use shortcuts of a single key").uncheck();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("?");
  await page.keyboard.press("5");
  assert.equal(await page.getByRole("dialog").count(), 0);
  assert.equal(await page.getByRole("tab", { name: "Flow" }).getAttribute("aria-selected"), "true");
});

test("a million rows scroll to their end with few of them in the document", async () => {
  const page = await open();
  await page.keyboard.press("3");
  await page.locator(".catalog-item", { hasText: "big" }).click();
  const grid = page.getByRole("grid");
  await grid.getByText("000000004243").waitFor();
  assert.equal(await grid.getAttribute("aria-rowcount"), "1000001");
  await grid.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await grid.locator('[aria-rowindex="1000001"]').waitFor();
  assert.ok((await grid.getByRole("row").count()) < 80);
});

test("files that fit land, a broken one says why, and one that fits nowhere gets a pipeline of its own", async () => {
  const page = await open();
  await page.keyboard.press("s");
  await dropFiles(page, ["04.parquet", "broken.parquet", "mine.json"]);
  const dialog = page.getByRole("dialog", { name: "New pipeline" });
  await dialog.waitFor();
  await dialog.getByLabel("Name").fill("books");
  assert.match(await dialog.getByLabel(/Bronze/).inputValue(), /books_raw_temp/);
  await dialog.getByLabel(/Silver/).fill("SELECT oops FROM books_bronze_tmp");
  await dialog.getByRole("button", { name: "Create and start" }).click();
  await dialog.getByText("line 1, column 8").waitFor();
  await dialog.getByLabel(/Silver/).fill("SELECT * FROM books_bronze_tmp");
  await dialog.getByRole("button", { name: "Create and start" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("Pipeline", { exact: true }).inputValue(), "books");
  await page.getByText("1 file landed in orders-raw").first().waitFor();
  await page.getByText("FAILED_READ_FILE.NO_HINT").first().waitFor();
});

test("a big file shows how far it is and can be cancelled", async () => {
  const page = await open();
  await dropFiles(page, ["huge.parquet"], 3_000_000);
  await page.getByText(/KiB of 2.9 MiB|MiB of 2.9 MiB/).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Landing 1 file in orders-raw was cancelled").waitFor();
});

test("the overlay of a drag goes when the drag leaves, however it leaves", async () => {
  const page = await open();
  const drag = (steps) =>
    page.evaluate((steps) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(["x"], "a.json"));
      const places = { body: document.body, main: document.querySelector("main"), nowhere: null };
      for (const [kind, on, related] of steps) {
        const relatedTarget = places[related] ?? null;
        places[on].dispatchEvent(
          new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true, relatedTarget }),
        );
      }
    }, steps);
  await drag([["dragenter", "body"]]);
  await page.locator(".drop-overlay").waitFor();
  await drag([
    ["dragenter", "main", "body"],
    ["dragleave", "body", "main"],
    ["dragleave", "main", "nowhere"],
  ]);
  await page.locator(".drop-overlay").waitFor({ state: "detached" });
});

test("an error in SQL has its condition, its place and a caret", async () => {
  const page = await open();
  await page.keyboard.press("3");
  await page.getByLabel("SQL statements").fill("SELECT oops\nFROM orders_bronze");
  await page.keyboard.press("Control+Enter");
  const alert = page.getByRole("alert").filter({ hasText: "UNRESOLVED_COLUMN.WITH_SUGGESTION" });
  await alert.waitFor();
  assert.equal(await alert.locator(".error-excerpt").innerText(), "1 | SELECT oops\n           ^");
});

test("a failed stream is told once, and the notice goes when the stream runs again", async () => {
  const page = await open();
  await page.keyboard.press("s");
  await dropFiles(page, ["fail.parquet"]);
  const notice = page.locator(".notice.error");
  await notice.getByText("The stream orders_bronze failed.").waitFor();
  await page.keyboard.press("s");
  await notice.waitFor({ state: "detached" });
});

for (const [how, sql] of [
  ["panics", "panic"],
  ["throws", "throw"],
]) {
  test(`when the engine ${how}, the page stays, says so and starts another`, async () => {
    const page = await open();
    await page.keyboard.press("3");
    await page.getByLabel("SQL statements").fill(sql);
    await page.keyboard.press("Control+Enter");
    await page.getByText("The engine stopped.").first().waitFor();
    await page.getByRole("button", { name: "Restart engine" }).click();
    await page.getByRole("tab", { name: "Flow" }).click();
    await card(page, "orders-raw").waitFor();
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await card(page, "orders_bronze").getByText("3,000").waitFor();
  });
}

test("at 360 pixels nothing sticks out", async () => {
  const page = await open({ viewport: { width: 360, height: 740 } });
  for (const key of ["1", "2", "3", "4", "5"]) {
    await page.keyboard.press(key);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(width, 360, `view ${key}`);
  }
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing in ${colorScheme} colours`, async () => {
    const page = await open({ colorScheme, bypassCSP: true });
    await page.addScriptTag({ content: axe });
    const check = async (what) => {
      await page.waitForTimeout(400); // colours fade
      const { violations } = await page.evaluate(() => window.axe.run(document));
      const found = violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.target).join(", ")}`);
      assert.deepEqual(found, [], what);
      await page.screenshot({ path: `${output}${colorScheme}-${what}.png` });
    };
    await check("ready");
    await page.keyboard.press("s");
    await card(page, "orders_silver").getByText("2,826").waitFor();
    await check("running");
    await card(page, "orders_bronze").click();
    await page.getByRole("grid").getByText("000000004243").waitFor();
    await check("rows");
    for (const tab of ["schema", "files", "history", "log"]) {
      await page.locator(`#relation-tab-${tab}`).click();
      await check(tab);
    }
    await page.keyboard.press("Escape");
    await page.keyboard.press("3");
    await page.getByLabel("SQL statements").fill("SELECT oops");
    await page.keyboard.press("Control+Enter");
    await page.getByText("UNRESOLVED_COLUMN").first().waitFor();
    await check("catalog");
    await page.getByRole("tab", { name: "Catalog" }).focus();
    await page.keyboard.press("4");
    await check("streams");
    await page.keyboard.press("5");
    await check("files-view");
    await page.keyboard.press("?");
    await check("shortcuts");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await check("palette");
    await page.keyboard.press("Escape");
    await dropFiles(page, ["mine.json", "broken.parquet", "fail.parquet"]);
    await page.getByRole("dialog", { name: "New pipeline" }).waitFor();
    await check("new-pipeline");
    await page.keyboard.press("Escape");
    await page.keyboard.press("1");
    await check("failed");
  });
}

test("a notebook of 200 cells and 10 000 lines colours only what is near, and has one editor at most", async () => {
  const page = await open();
  await page.getByRole("tab", { name: /^Notebook/ }).click();
  await page.getByRole("button", { name: "Long", exact: true }).click();
  await page.waitForFunction(() => document.querySelectorAll(".nb-cell").length === 200);
  await page.locator(".tok-string").first().waitFor();
  assert.ok((await page.locator(".nb-code:has(.line)").count()) < 20, "cells far away are plain text");
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight / 2));
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".nb-code:has(.line)")].some((code) => /value_1\d\d_/.test(code.textContent)),
  );
  assert.equal(await page.locator(".cm-editor").count(), 0, "there is no editor before one is asked for");
  await page.locator(".nb-code:has(.line)").last().click();
  await page.locator(".cm-content").waitFor();
  assert.equal(await page.locator(".cm-editor").count(), 1);
  assert.deepEqual(page.complaints, []);
});

test("markdown in a notebook is text: no script, no foreign picture", async () => {
  const page = await open();
  await page.getByRole("tab", { name: /^Notebook/ }).click();
  await page.getByRole("button", { name: "Short", exact: true }).click();
  await page.getByRole("heading", { name: "Orders" }).waitFor();
  await page.locator(".md strong", { hasText: "bold" }).waitFor();
  assert.equal(await page.locator(".md td").count(), 2);
  assert.equal(await page.locator(".md script").count(), 0);
  assert.deepEqual(page.complaints, []);
});

test("running cells wait for one another, are cancelled, and an error ends the rest", async () => {
  const page = await open();
  await page.getByRole("tab", { name: /^Notebook/ }).click();
  await page.getByRole("button", { name: "Short", exact: true }).click();
  await page.locator(".nb-code").last().click();
  await page.locator(".cm-content").waitFor();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("forever()");
  await page.getByRole("button", { name: "Run all" }).click();
  await page.getByText("printed").first().waitFor();
  await page.locator(".nb-state", { hasText: "Running" }).waitFor();
  await page.locator(".nb-tools").getByRole("button", { name: "Cancel" }).click();
  await page.getByText(/Cancelled after/).waitFor();
  await page.getByRole("button", { name: "Run all" }).waitFor();
  assert.deepEqual(page.complaints, []);
});
