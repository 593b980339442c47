#!/usr/bin/env bash
# Chromium 156 (Debian's package): a file of the origin private file system that is cut to nothing through its
# FileSystemSyncAccessHandle, and flushed, goes on counting against the quota until that handle is closed. With a quota of
# 20 MiB, 12 MiB are written to one file, then it is cut to 0 bytes: another file takes 2 MiB and is refused the third, and
# navigator.storage.estimate() still counts the room. Once the first handle is closed, the other file takes 12 MiB.
#
# Expected: that truncate() gives the room back, as getSize() says 0.
# It matters to programs that hold a few files open and reuse them, as a log with segments does (SQLite's pools of access
# handles, too): making room by cutting a file helps only the file that was cut.
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
  const open = async (name) => (await root.getFileHandle(name, { create: true })).createSyncAccessHandle();
  const empty = (file) => { file.truncate(0); file.flush(); };
  const fill = (file) => {
    for (let at = 0; at < 12; at++) {
      try { file.write(new Uint8Array(1 << 20), { at: at << 20 }); } catch { return at; }
    }
    return 12;
  };
  const [first, second] = [await open("first"), await open("second")];
  const before = fill(first);
  empty(first);
  const size = first.getSize();
  const whileOpen = fill(second);
  empty(second);
  first.close();
  postMessage({ before, size, whileOpen, onceClosed: fill(second) });
};`;
const server = createServer((request, response) => {
  const isWorker = request.url === "/worker.js";
  response.setHeader("content-type", isWorker ? "text/javascript" : "text/html");
  response.end(isWorker ? worker : "<!doctype html><title>page</title>");
}).listen(0, "127.0.0.1");
await new Promise((resume) => server.once("listening", resume));
const origin = `http://127.0.0.1:${server.address().port}`;

const args = ["--no-sandbox", "--disable-gpu"];
const context = await chromium.launchPersistentContext(mkdtempSync("profile-"), { executablePath, args });
const version = context.browser()?.version() ?? "";
const page = await context.newPage();
await page.goto(origin);
const devtools = await context.newCDPSession(page);
await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 20 << 20 });
const seen = await page.evaluate(
  () =>
    new Promise((resolve) => {
      const worker = new Worker("/worker.js");
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage(0);
    }),
);
await context.close();
server.close();
console.log(
  `Chromium ${version}: MiB in the first file: ${seen.before}, then it has ${seen.size} bytes; MiB that the second takes: ` +
    `${seen.whileOpen}, once the first is closed ${seen.onceClosed}`,
);
const isAsStated = seen.before === 12 && seen.size === 0 && seen.whileOpen < 8 && seen.onceClosed === 12;
if (!isAsStated) {
  console.error("This has changed.");
  process.exit(1);
}
JS
node run.mjs
