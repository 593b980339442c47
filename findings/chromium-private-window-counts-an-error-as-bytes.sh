#!/usr/bin/env bash
# Chromium 156 (Debian's package), private window: FileSystemSyncAccessHandle.write() in the origin private file system,
# beyond the quota, throws nothing and gives 4294967288 as the count of written bytes. That is 2^32 - 8: the code of an error
# (-8, no space left) read as an unsigned number. Nothing was written. In a usual window the same call throws
# QuotaExceededError.
#
# Expected: QuotaExceededError, as the File System standard says, or a count of bytes that were written.
# It matters to programs that keep files in the browser: code that goes on by the count believes that all is stored.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit playwright-core@1.64.1
cat >run.mjs <<'JS'
import { createServer } from "node:http";
import { existsSync, mkdtempSync } from "node:fs";
import { chromium } from "playwright-core";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
const worker = `onmessage = async () => {
  const root = await navigator.storage.getDirectory();
  const file = await (await root.getFileHandle("file", { create: true })).createSyncAccessHandle();
  const piece = new Uint8Array(1 << 20);
  let told = "nothing";
  for (let at = 0; at < 64; at++) {
    try {
      const count = file.write(piece, { at: at << 20 });
      if (count !== piece.length) { told = "count " + count; break; }
    } catch (error) { told = error.name; break; }
  }
  postMessage(told);
};`;
const server = createServer((request, response) => {
  const isWorker = request.url === "/worker.js";
  response.setHeader("content-type", isWorker ? "text/javascript" : "text/html");
  response.end(isWorker ? worker : "<!doctype html><title>page</title>");
}).listen(0, "127.0.0.1");
await new Promise((resume) => server.once("listening", resume));
const origin = `http://127.0.0.1:${server.address().port}`;

async function beyondTheQuota(context) {
  const page = await context.newPage();
  await page.goto(origin);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 8 << 20 });
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const worker = new Worker("/worker.js");
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage(0);
      }),
  );
}

const args = ["--no-sandbox", "--disable-gpu"];
const browser = await chromium.launch({ executablePath, args });
const version = browser.version();
const inPrivate = await beyondTheQuota(await browser.newContext());
await browser.close();
const usual = await chromium.launchPersistentContext(mkdtempSync("profile-"), { executablePath, args });
const inUsual = await beyondTheQuota(usual);
await usual.close();
server.close();
console.log(`Chromium ${version}: private window: ${inPrivate}; usual window: ${inUsual}`);
if (inPrivate !== "count 4294967288" || inUsual !== "QuotaExceededError") {
  console.error("This has changed.");
  process.exit(1);
}
JS
node run.mjs
