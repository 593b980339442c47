// What the tests do on the page, in a person's words.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { resolve } from "node:path";

const root = new URL("../..", import.meta.url).pathname;
export const fixtures = `${root}fixtures`;

/** A node's card in the pipeline graph. */
export function card(page, name) {
  return page.locator(".graph .card").filter({ has: page.locator(`.card-name[title="${name}"]`) });
}

/** What a card counts: rows or files; null while there is nothing. */
export async function figure(page, name) {
  const figure = card(page, name).locator(".card-figure .figure");
  return (await figure.count()) ? Number((await figure.innerText()).replace(/\D/g, "")) : null;
}

/** Waits until a card counts `rows`. */
export async function untilRows(page, name, rows) {
  try {
    await page.waitForFunction(
      ([name, rows]) => {
        const card = [...document.querySelectorAll(".graph .card")].find((card) =>
          card.querySelector(`.card-name[title="${name}"]`),
        );
        return Number(card?.querySelector(".card-figure .figure")?.textContent.replace(/\D/g, "")) === rows;
      },
      [name, rows],
    );
  } catch {
    assert.fail(`${name} has ${await figure(page, name)} rows instead of ${rows}; ${await said(page)}`);
  }
}

/** Notices and errors on screen. */
export async function said(page) {
  const texts = await page.locator(".notices, [role=alert]").allInnerTexts();
  return `on screen: ${texts.join(" | ").replace(/\s+/g, " ") || "no notice"}`;
}

/** Presses a button of the pipeline. Its label may go on (`Load new data (7 left)`). */
export async function press(page, label) {
  const button = page.getByRole("button", { name: new RegExp(`^${label}`) }).first();
  await page.waitForFunction(
    (button) => !button.disabled && button.getAttribute("aria-disabled") !== "true",
    await button.elementHandle(),
  );
  await button.click();
}

/** Opens the page and waits until the engine answers. */
export async function open(site, options) {
  const page = await site.newPage(options);
  await page.goto(site.url);
  await card(page, "orders_bronze").waitFor();
  return page;
}

/**
 * Drops files or folders of the disk on the page: the browser gets what the system would give it,
 * so even folders are real. `onto` is a locator; without it, the middle of the page.
 */
export async function drop(page, paths, onto) {
  const devtools = await page.context().newCDPSession(page);
  const box = onto ? await onto.boundingBox() : { x: 0, y: 0, ...page.viewportSize() };
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const data = { items: [], files: paths.map((path) => resolve(path)), dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    await devtools.send("Input.dispatchDragEvent", { type, ...at, data });
  }
  await devtools.detach();
}

/** Drops files that no disk can hold: hostile names, made contents. */
export async function dropMade(page, files) {
  await page.evaluate((files) => {
    const dataTransfer = new DataTransfer();
    for (const { name, text } of files) dataTransfer.items.add(new File([text], name));
    for (const type of ["dragenter", "dragover", "drop"]) {
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }
  }, files);
}

/** What silver and gold must hold once `files` order files are in bronze, counted apart from the engine. */
export async function expected(files) {
  const lines = async (folder) => {
    const names = (await readdir(`${fixtures}/bookstore/${folder}`)).filter((name) => name.endsWith(".json")).sort();
    return Promise.all(
      names.map(async (name) => {
        const text = await readFile(`${fixtures}/bookstore/${folder}/${name}`, "utf8");
        return text.trim().split("\n").map(JSON.parse);
      }),
    );
  };
  const customers = new Map((await lines("customers-json")).flat().map((customer) => [customer.customer_id, customer]));
  const orders = (await lines("orders-json-streaming")).slice(0, files).flat();
  const kept = orders.filter((order) => order.quantity > 0 && customers.has(order.customer_id));
  const days = new Set(kept.map((order) => `${order.customer_id} ${Math.floor(order.order_timestamp / 86_400)}`));
  return { bronze: orders.length, silver: kept.length, gold: days.size };
}
