// What every end-to-end test starts with: the built site served, and Chromium on it.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { serve } from "../../tools/serve.mjs";
import { limit, PATIENCE } from "./patience.mjs";

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
  const launch = { executablePath, args: [...args, ...more], timeout: PATIENCE };
  const browser = await chromium.launch(launch);
  let before;
  return {
    url: server.url,
    browser,
    /**
     * A fresh page of its own, in the place of the one before: what nobody looks at any more takes no time. It notes
     * what it asked for (`asked`), what should not happen (`complaints`), and what its notices said (`heard`).
     * It is like a private window, whose files are in memory; with `onDisk` it has files as people's windows do.
     */
    async newPage({ onDisk = false, ...options } = {}) {
      await before?.close();
      // What keeps the site for a later visit would load all of it once more for each test.
      const usual = { viewport: { width: 1280, height: 800 }, serviceWorkers: "block" };
      const context = await (onDisk
        ? openOnDisk({ ...launch, ...usual, ...options })
        : browser.newContext({ ...usual, ...options }));
      before = context;
      limit(context);
      return this.newTab(context);
    },
    /** Another page beside one that there is, or in its place: it has the same workspaces. */
    async newTab(context) {
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      page.asked = [];
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
      const note = (request) => {
        page.asked.push(request.url());
        if (!request.url().startsWith(server.url)) page.complaints.push(`asked elsewhere: ${request.url()}`);
      };
      context.on("request", note);
      page.on("close", () => context.off("request", note));
      await page.addInitScript(noteNotices);
      return page;
    },
    async close() {
      await before?.close();
      await browser.close();
      await server.close();
    },
  };
}

/** A browser of its own over a new profile, which goes with it. */
async function openOnDisk(options) {
  const profile = await mkdtemp(join(tmpdir(), "multihop-profile-"));
  const context = await chromium.launchPersistentContext(profile, options);
  context.on("close", () => rm(profile, { recursive: true, force: true, maxRetries: 5 }));
  return context;
}

/** In the page: notices leave by themselves, so what they say is written down when they come. */
function noteNotices() {
  window.notices = [];
  const known = new WeakSet();
  const look = () => {
    for (const notice of document.querySelectorAll(".notice")) {
      if (known.has(notice)) continue;
      known.add(notice);
      window.notices.push(notice.textContent);
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
}

/** That the page has nothing to complain of: nothing failed, nothing was asked of other sites. */
export async function noComplaints(page) {
  // What the page said before this answer has arrived with it.
  await page.evaluate(async () => {
    await new Promise((resume) => requestAnimationFrame(resume));
  });
  assert.deepEqual(page.complaints, []);
}
