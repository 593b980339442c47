// What the tests do on the page, in a person's words.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { eventually, settled } from "./patience.mjs";

const root = new URL("../..", import.meta.url).pathname;
export const fixtures = `${root}fixtures`;

/** A node's card in the pipeline graph. */
export function card(page, name) {
  return page.locator(".graph .card").filter({ has: page.locator(`.card-name[title="${name}"]`) });
}

/** What the cards count, rows or files, by their names; null while there is nothing. */
export async function figures(page) {
  return page.evaluate(() => {
    const cards = [...document.querySelectorAll(".graph .card")].map((card) => {
      const figure = card.querySelector(".card-figure .figure")?.textContent.replace(/\D/g, "");
      return [card.querySelector(".card-name")?.title, figure ? Number(figure) : null];
    });
    return Object.fromEntries(cards);
  });
}

/** Waits until a card counts `rows`. */
export async function untilRows(page, name, rows) {
  await eventually(`${name} has ${rows} rows`, async () => {
    assert.equal((await figures(page))[name], rows, await said(page));
  });
}

/** Waits until the pipeline's gold table holds rows, however many. */
export async function untilGold(page) {
  await eventually("gold has rows", async () => {
    const figure = await page.evaluate(
      () => document.querySelector(".graph .card.full.lane-gold .figure")?.textContent ?? "none",
    );
    assert.match(figure, /[1-9]/);
  });
}

/** The pipeline's streams, by name: their state, and the number of their last batch or a dash. */
export async function streams(page) {
  return page.evaluate(() => {
    const lines = [...document.querySelectorAll(".streams-box tbody tr:not(.error-row)")].map((line) => [
      line.querySelector("th .strong")?.textContent,
      { state: line.querySelector("td .state")?.textContent, batch: line.querySelector("td.number")?.textContent },
    ]);
    return Object.fromEntries(lines);
  });
}

/** Notices and errors on screen. */
export async function said(page) {
  const texts = await page.evaluate(() =>
    [...document.querySelectorAll(".notices, [role=alert]")].map((element) => element.innerText),
  );
  return `on screen: ${texts.join(" | ").replace(/\s+/g, " ").trim() || "no notice"}`;
}

/** Waits until a notice has said that; it may be gone again. */
export async function heard(page, text) {
  await eventually(`a notice says “${text}”`, async () => {
    const notices = await page.evaluate(() => window.notices);
    assert.ok(
      notices.some((notice) => notice.includes(text)),
      `they said: ${notices.join(" | ") || "nothing"}`,
    );
  });
}

const button = (page, label) => page.getByRole("button", { name: new RegExp(`^${label}`) }).first();

/** Presses a button of the pipeline once it can be. Its label may go on (`Load new data (7 left)`). */
export async function press(page, label) {
  await button(page, label).click();
}

/** Waits until a button of the pipeline, or its key, does what it says. */
export async function untilEnabled(page, label) {
  await eventually(`“${label}” can be pressed`, async () => {
    assert.ok(await button(page, label).isEnabled(), await said(page));
  });
}

/** Waits until the focus is on the element that `locator` finds. */
export async function untilFocused(page, locator) {
  await eventually(`the focus is on ${locator}`, async () => {
    const focused = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
    assert.equal(await locator.and(page.locator(":focus")).count(), 1, `it is on ${focused}`);
  });
}

/** Waits until the engine answers: cards are drawn from what it tells; before, there are only names. */
export async function untilReady(page) {
  try {
    await page.locator(".graph .card").first().waitFor();
  } catch (error) {
    throw new Error(`the engine doesn't answer: ${page.complaints.join(", ") || "no complaint"}`, { cause: error });
  }
}

/** Opens the page and waits until the engine answers. */
export async function open(site, options) {
  const page = await site.newPage(options);
  await page.goto(site.url);
  await untilReady(page);
  return page;
}

/** Waits until all that the page asked of the engine so far is answered, and so on screen. */
export async function answered(page) {
  await page.evaluate(async () => {
    await window.multihop.tables();
  });
}

/** Shows the Notebook view, with the notebook that it opens with. */
async function showNotebooks(page) {
  await page.getByRole("tab", { name: /^Notebook/ }).click();
  await page.locator(".nb-cell").first().waitFor();
  // With each notebook that is shown the list is read anew: a click must not meet that.
  await answered(page);
}

async function untilNotebook(page, name) {
  await page.getByRole("heading", { level: 2, name }).waitFor();
  await answered(page);
}

/** Opens the Notebook view with the notebook of that name. */
export async function openNotebook(page, name) {
  await showNotebooks(page);
  await page.getByRole("navigation", { name: "Notebooks" }).getByRole("button", { name }).click();
  await untilNotebook(page, name);
}

/** An empty notebook in a language, `sql` or `python`, and its cell ready to type in. */
export async function newNotebook(page, language) {
  await showNotebooks(page);
  await page.getByLabel("Add or change notebooks").selectOption(language);
  await untilNotebook(page, "Untitled");
  await edit(page, 0);
}

/** The notebook's chosen cell. */
export const chosen = (page) => page.locator(".nb-cell.chosen");

/** The notebook's cell in that place, from 0. */
export const cell = (page, at) => page.locator(".nb-cell").nth(at);

/** Waits until keys are typed into the notebook's cell in that place. */
export async function untilEdited(page, at) {
  await cell(page, at).locator(".cm-content:focus").waitFor();
}

/** Clicks on the text of a cell, to type in it. */
export async function edit(page, at) {
  await cell(page, at).locator(".nb-code").click();
  await untilEdited(page, at);
}

/**
 * Drops files or folders of the disk on the page: the browser gets what the system would give it,
 * so even folders are real. `onto` is a locator; without it, the middle of the page.
 */
export async function drop(page, paths, onto) {
  await settled(page);
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
