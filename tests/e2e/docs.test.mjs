// The documentation's pages: each can be reached, each link leads somewhere, all can read them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { violations, WCAG } from "./axe.mjs";
import { open } from "./flow.mjs";
import { eventually } from "./patience.mjs";
import { noComplaints, openSite, output } from "./site.mjs";

let site;
before(async () => (site = await openSite({ base: "/lab/" })));
after(() => site.close());

/** The pages that the first page's navigation lists. */
async function listed(page) {
  await page.goto(`${site.url}docs/`);
  const links = page.getByRole("navigation", { name: "Documentation" }).getByRole("link");
  await links.first().waitFor();
  return await eventually("the pages are listed", async () => {
    const found = await links.evaluateAll(async (all) => all.map((link) => link.href));
    assert.ok(found.length > 10, `${found.length} pages`);
    return found;
  });
}

test("the header's book opens the documentation, and its brand leads back", async () => {
  const page = await open(site);
  const opened = page.context().waitForEvent("page");
  await page.getByRole("link", { name: "Documentation" }).click();
  const docs = await opened;
  await docs.getByRole("heading", { level: 1, name: "Documentation" }).waitFor();
  await docs.screenshot({ path: `${output}docs.png` });
  await docs.getByRole("link", { name: "Multihop", exact: true }).click();
  await docs.getByRole("tab", { name: /^Flow/ }).waitFor();
});

test("every link of every page leads to a page of the site, and to a heading that is there", async () => {
  const page = await site.newPage();
  const pages = await listed(page);
  const ids = new Map();
  const links = [];
  for (const url of pages) {
    await page.goto(url);
    const found = await page.evaluate(async () => ({
      ids: [...document.querySelectorAll("[id]")].map((element) => element.id),
      links: [...document.querySelectorAll("a[href]")].map((link) => link.href),
    }));
    ids.set(url, new Set(found.ids));
    links.push(...found.links.map((link) => [url, link]));
  }
  const lost = links.filter(([, link]) => {
    const [target, id] = link.split("#");
    if (!target.startsWith(`${site.url}docs/`)) return target.startsWith(site.url) && target !== site.url;
    const there = ids.get(target) ?? ids.get(target.replace(/index\.html$/, ""));
    return !there || (id && !there.has(decodeURIComponent(id)));
  });
  assert.deepEqual(lost, []);
  await noComplaints(page);
});

for (const [scheme, width] of [
  ["light", 1400],
  ["dark", 320],
]) {
  test(`pages have no fault that axe knows and nothing wider than the window, ${scheme} at ${width} pixels`, async () => {
    const page = await site.newPage({ colorScheme: scheme, viewport: { width, height: 800 } });
    const found = [];
    for (const url of await listed(page)) {
      await page.goto(url);
      found.push(...(await violations(page, url, WCAG)));
      const wide = await page.evaluate(async () => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) found.push(`${url} is ${wide} pixels too wide`);
    }
    assert.deepEqual(found, []);
  });
}
