// What every end-to-end test starts with: the built site served, and Chromium on it.

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";
import { serve } from "../../tools/serve.mjs";

const root = new URL("../..", import.meta.url).pathname;
export const output = new URL("output/", import.meta.url).pathname;

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

// Chromium on its own would call home; nothing may leave this machine.
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-sync",
  "--no-first-run",
];

/** Serves target/site (or SITE) under `base`, and starts a browser, with more arguments if given. */
export async function openSite({ base = "/", more = [] } = {}) {
  await mkdir(output, { recursive: true });
  const server = await serve(process.env.SITE ?? `${root}target/site`, { base });
  const browser = await chromium.launch({ executablePath, args: [...args, ...more] });
  return {
    url: server.url,
    browser,
    /** A fresh page of its own, which notes everything that should not happen: see `complaints`. */
    async newPage(options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      page.complaints = [];
      page.on("console", (message) => {
        if (message.type() === "error") page.complaints.push(`console: ${message.text()}`);
      });
      page.on("pageerror", (error) => page.complaints.push(`uncaught: ${error}`));
      page.on("requestfailed", (request) => {
        page.complaints.push(`failed: ${request.url()} ${request.failure()?.errorText}`);
      });
      page.on("response", (response) => {
        if (response.status() >= 400) page.complaints.push(`${response.status()}: ${response.url()}`);
      });
      context.on("request", (request) => {
        if (!request.url().startsWith(server.url)) page.complaints.push(`asked elsewhere: ${request.url()}`);
      });
      return page;
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
