// What axe-core, which knows the rules of screen readers, says of a page.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { settled } from "./patience.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** For `violations`: WCAG 2.2 AA, and what is good practice beyond. */
export const WCAG = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations"],
};

/** What axe finds on what is on screen, once that is at rest: what fades in has its own contrast only at the end. */
export async function violations(page, where, options = {}) {
  await settled(page);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(async (options) => window.axe.run(document, options), options);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${where}: ${id}: ${help}: ${node.html.slice(0, 160)}`),
  );
}
