// The page alone, with fake_engine in the engine's place: what it shows and takes, whatever the engine does.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { violations } from "./axe.mjs";
import { cell, edit, heard, untilFocused, untilReady } from "./flow.mjs";
import { absent, eventually, idle, settled } from "./patience.mjs";
import { noComplaints, openSite, output } from "./site.mjs";

const here = new URL(".", import.meta.url).pathname;
const fake = await readFile(`${here}fake_engine/engine_loader.js`, "utf8");

let site;
before(async () => (site = await openSite()));
after(() => site.close());

/** The page with the fake engine, ready. */
async function open(options = {}) {
  const page = await site.newPage(options);
  await page.route("**/engine_loader.js", (route) => route.fulfill({ contentType: "text/javascript", body: fake }));
  await page.goto(site.url);
  await untilReady(page);
  return page;
}

const card = (page, name) => page.locator(".card.full", { hasText: name });
const dialog = (page, name) => page.getByRole("dialog", { name });

/** Closes the dialog or drawer that is open. */
async function close(page) {
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

/** Waits until a view of the header is the one that is shown. */
const untilView = (page, name) => page.locator("header").getByRole("tab", { name, selected: true }).waitFor();

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
  await untilFocused(page, page.locator("#drawer-title"));
  await grid.focus();
  await page.keyboard.press("Control+End");
  await grid.locator('[aria-rowindex="3001"]').waitFor();
  await page.keyboard.press("Control+Home");
  for (let column = 0; column < 5; column++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await dialog(page, "books, row 1").waitFor();
  await page.keyboard.press("Escape");
  await dialog(page, "books, row 1").waitFor({ state: "detached" });
  await untilFocused(page, grid);
  await close(page);
  await untilFocused(page, card(page, "orders_bronze"));
  await noComplaints(page);
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
    await untilFocused(page, page.locator(`#${id}[aria-selected=true]`));
  }
});

test("every shortcut that the help lists does something, and none of them does when switched off", async () => {
  const page = await open();
  // Asked for early: to catch choosers takes the browser a moment.
  const choosers = [];
  page.on("filechooser", (chooser) => choosers.push(chooser));
  await page.keyboard.press("4");
  await page.getByRole("heading", { name: "orders_bronze" }).waitFor();
  await page.keyboard.press("5");
  await page.getByRole("heading", { name: "Files" }).waitFor();
  await page.keyboard.press("3");
  await page.getByRole("heading", { name: "Catalog" }).waitFor();
  await page.keyboard.press("1");
  await untilView(page, "Flow");
  await page.keyboard.press("s");
  await heard(page, "Streams started.");
  await card(page, "orders_silver").getByText("2,826").waitFor();
  await page.keyboard.press("n");
  await heard(page, "04.parquet has arrived.");
  await page.keyboard.press("g");
  await heard(page, "Gold is being updated");
  await page.keyboard.press("a");
  await page.getByText("(0 left)").waitFor();
  await page.keyboard.press("x");
  await heard(page, "All streams stopped.");
  await page.keyboard.press("p");
  await heard(page, "There is one pipeline only.");
  await page.keyboard.press("t");
  await page.locator("html[data-theme=light]").waitFor();
  await page.keyboard.press("u");
  await eventually("one is asked for files", async () => assert.equal(choosers.length, 1));
  assert.ok(choosers[0].isMultiple());
  await page.keyboard.press("r");
  await dialog(page, "Reset Bookstore?").waitFor();
  await close(page);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("shortcuts");
  await page.keyboard.press("Enter");
  await dialog(page, "Keyboard shortcuts").waitFor();
  await page.getByLabel("Use shortcuts of a single key").uncheck();
  await close(page);
  await page.keyboard.press("?");
  await page.keyboard.press("5");
  // This one is heard after those, and only where no dialog is open.
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").getByRole("combobox").waitFor();
  await close(page);
  await absent(page.getByRole("dialog"), { after: () => idle(page) });
  await untilView(page, "Flow");
});

test("a million rows scroll to their end with few of them in the document", async () => {
  const page = await open();
  await page.keyboard.press("3");
  await page.locator(".catalog-item", { hasText: "big" }).click();
  const grid = page.getByRole("grid");
  await grid.getByText("000000004243").waitFor();
  await page.locator("[role=grid][aria-rowcount='1000001']").waitFor();
  await grid.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await grid.locator('[aria-rowindex="1000001"]').waitFor();
  await eventually("few of the rows are in the document", async () => {
    const rows = await grid.getByRole("row").count();
    assert.ok(rows > 10 && rows < 80, `there are ${rows}`);
  });
});

test("files that fit land, a broken one says why, and one that fits nowhere gets a pipeline of its own", async () => {
  const page = await open();
  await page.keyboard.press("s");
  await dropFiles(page, ["04.parquet", "broken.parquet", "mine.json"]);
  const asks = dialog(page, "New pipeline");
  await asks.waitFor();
  await asks.getByLabel("Name").fill("books");
  await eventually("Bronze reads what has the new name", async () => {
    assert.match(await asks.getByLabel(/^Bronze/).inputValue(), /books_raw_temp/);
  });
  await asks.getByLabel(/^Silver/).fill("SELECT oops FROM books_bronze_tmp");
  await asks.getByRole("button", { name: "Create and start" }).click();
  await asks.getByText("line 1, column 8").waitFor();
  await asks.getByLabel(/^Silver/).fill("SELECT * FROM books_bronze_tmp");
  await asks.getByRole("button", { name: "Create and start" }).click();
  await asks.waitFor({ state: "detached" });
  await eventually("the new pipeline is shown", async () => {
    assert.equal(await page.getByLabel("Pipeline", { exact: true }).inputValue(), "books");
  });
  await page.locator(".tray").getByText("1 file landed in orders-raw").waitFor();
  await page.locator(".tray").getByText("FAILED_READ_FILE.NO_HINT").first().waitFor();
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
  await eventually("the line and a caret are shown", async () => {
    assert.equal(await alert.locator(".error-excerpt").innerText(), "1 | SELECT oops\n           ^");
  });
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
  test(`when the engine ${how}, the page says so and starts another; one that keeps dying stays down`, async () => {
    const page = await open();
    const die = async () => {
      await page.keyboard.press("3");
      await page.getByLabel("SQL statements").fill(sql);
      await page.keyboard.press("Control+Enter");
    };
    for (const _ of [1, 2, 3]) {
      await die();
      await page.getByText("The engine stopped (a SQL statement) and was started again.").waitFor();
      await page.getByRole("button", { name: "Dismiss" }).first().click();
    }
    await die();
    await page.getByText("The engine stopped.", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Restart engine" }).click();
    await page.getByRole("tab", { name: "Flow" }).click();
    await card(page, "orders-raw").waitFor();
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await card(page, "orders_bronze").getByText("3,000").waitFor();
  });
}

/** The views by their keys, and what is last to come in each. */
const views = (page) => [
  ["1", "Flow", card(page, "orders_silver")],
  ["2", "Notebook", page.locator(".nb-cell .tok-string, .nb-cell .md strong").first()],
  ["3", "Catalog", page.locator(".catalog-item", { hasText: "big" })],
  ["4", "Streams", page.getByRole("heading", { name: "orders_bronze" })],
  ["5", "Files", page.locator(".files-table").getByRole("button").first()],
];

test("nothing sticks out of the window, whatever its width", async () => {
  const page = await open();
  for (const [key, name, content] of views(page)) {
    await page.keyboard.press(key);
    await untilView(page, name);
    await content.waitFor();
    for (const width of [320, 360, 480, 640, 641, 760, 880, 881, 960, 1024, 1180, 1181, 1280, 1366]) {
      await page.setViewportSize({ width, height: 740 });
      await settled(page);
      await eventually(`${name} is as wide as a window of ${width} pixels`, async () => {
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      });
    }
  }
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing in ${colorScheme} colours`, async () => {
    const page = await open({ colorScheme });
    const check = async (what) => {
      assert.deepEqual(await violations(page, what), []);
      await page.screenshot({ path: `${output}${colorScheme}-${what}.png` });
    };
    await check("ready");
    await page.keyboard.press("s");
    await card(page, "orders_silver").getByText("2,826").waitFor();
    await check("running");
    await card(page, "orders_bronze").click();
    await page.getByRole("grid").getByText("000000004243").waitFor();
    await check("rows");
    for (const [tab, text] of [
      ["schema", "order_id: string"],
      ["files", "part-00000-5ba.c000.snappy.parquet"],
      ["history", "STREAMING UPDATE"],
      ["log", '"commitInfo"'],
    ]) {
      await page.locator(`#relation-tab-${tab}`).click();
      await page.locator(`#relation-panel-${tab}`).getByText(text).first().waitFor();
      await check(tab);
    }
    await close(page);
    await page.keyboard.press("3");
    await page.getByLabel("SQL statements").fill("SELECT oops");
    await page.keyboard.press("Control+Enter");
    await page.getByText("UNRESOLVED_COLUMN").first().waitFor();
    await page.locator(".catalog-item", { hasText: "big" }).waitFor();
    await check("catalog");
    await page.getByRole("tab", { name: "Catalog" }).focus();
    for (const [key, name, content] of views(page).slice(3)) {
      await page.keyboard.press(key);
      await untilView(page, name);
      await content.waitFor();
      await check(`${name.toLowerCase()}-view`);
    }
    await page.keyboard.press("?");
    await dialog(page, "Keyboard shortcuts").getByText("Load new data").waitFor();
    await check("shortcuts");
    await close(page);
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").getByRole("option").first().waitFor();
    await check("palette");
    await close(page);
    await dropFiles(page, ["mine.json", "broken.parquet", "fail.parquet"]);
    await dialog(page, "New pipeline").waitFor();
    await page.locator(".notice.error").getByText("The stream orders_bronze failed.").waitFor();
    await check("new-pipeline");
    await close(page);
    await page.keyboard.press("1");
    await card(page, "orders_bronze").getByText("Failed").waitFor();
    await check("failed");
  });
}

test("a notebook of 200 cells and 10 000 lines colours only what is near, and has one editor at most", async () => {
  const page = await open();
  await page.getByRole("tab", { name: /^Notebook/ }).click();
  await page.getByRole("button", { name: "Long", exact: true }).click();
  const coloured = page.locator(".nb-code:has(.line)");
  await eventually("there are 200 cells", async () => assert.equal(await page.locator(".nb-cell").count(), 200));
  await page.locator(".tok-string").first().waitFor();
  await idle(page);
  await eventually("cells far away are plain text", async () => {
    const cells = await coloured.count();
    assert.ok(cells > 0 && cells < 20, `${cells} are coloured`);
  });
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight / 2));
  await coloured
    .filter({ hasText: /value_1\d\d_/ })
    .first()
    .waitFor();
  // There is no editor before one is asked for.
  await absent(page.locator(".cm-editor"), { after: () => idle(page) });
  await coloured.last().click();
  await page.locator(".cm-content:focus").waitFor();
  await eventually("there is one editor", async () => assert.equal(await page.locator(".cm-editor").count(), 1));
  await noComplaints(page);
});

test("markdown in a notebook is text: no script, no foreign picture", async () => {
  const page = await open();
  await page.getByRole("tab", { name: /^Notebook/ }).click();
  await page.getByRole("button", { name: "Short", exact: true }).click();
  await page.getByRole("heading", { name: "Orders" }).waitFor();
  await page.locator(".md strong", { hasText: "bold" }).waitFor();
  await absent(page.locator(".md script"), { after: page.locator(".md td").nth(1) });
  await page.locator(".md").getByText("alert(1)").waitFor();
  await noComplaints(page);
});

test("running cells wait for one another, are cancelled, and an error ends the rest", async () => {
  const page = await open();
  await page.getByRole("tab", { name: /^Notebook/ }).click();
  await page.getByRole("button", { name: "Short", exact: true }).click();
  await cell(page, 2).waitFor();
  await edit(page, 2);
  await page.keyboard.press("Control+a");
  await page.keyboard.type("forever()");
  await page.getByRole("button", { name: "Run all" }).click();
  await page.getByText("printed").first().waitFor();
  await page.locator(".nb-state", { hasText: "Running" }).waitFor();
  await page.locator(".nb-tools").getByRole("button", { name: "Cancel" }).click();
  await page.getByText(/Cancelled after/).waitFor();
  await page.getByRole("button", { name: "Run all" }).waitFor();
  await noComplaints(page);
});
