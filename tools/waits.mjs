// Guards how browser tests wait: for what they need, never for a time, and never not at all. On a slow machine a
// sleep is too short, and what was looked at once had not come yet.
//
// tests/e2e: no sleep, no limit of its own; a test reads from the page in `eventually` or `absent` (patience.mjs).
// tests/web: the timer is in `poll` alone.

import { readFile, readdir } from "node:fs/promises";

const root = new URL("..", import.meta.url).pathname;
const problems = [];

const timers =
  /\b(waitForTimeout|setTimeout|setInterval|setImmediate|networkidle|sleep)\b|timers\/promises|Atomics\.wait/;
/** Ends at once: what an async function gives is a promise, and that is true. */
const neverWaits = /waitForFunction\(async/;
const limit = /\btimeout: *[\d_]+/;
const readings =
  "count|title|innerText|allInnerTexts|innerHTML|textContent|allTextContents|inputValue|isVisible|isHidden|isEnabled|isDisabled|isChecked|isEditable|boundingBox";
const once = [
  new RegExp(`\\.(${readings})\\(\\)`),
  /await .*\.getAttribute\(/,
  /\bawait (figures?|streams|said)\(/,
  // Its result is used, and nothing in it waits.
  /(=|\(|return) *(await )?\w+\.evaluate(All)?\((?!async)/,
];
const complaints = /\.complaints\b/;

const indent = (line) => line.search(/\S|$/);
/** A line without comment and without what is in its strings. */
const code = (line) => line.replace(/(["'`])(?:\\.|(?!\1).)*\1/g, '""').replace(/(^|\s)\/\/.*/, "");

/** The lines that are part of a call of `eventually` or `absent`; the code is formatted, so indentation tells. */
function waitingLines(lines) {
  const waiting = new Set();
  lines.forEach((line, at) => {
    if (!/\b(eventually|absent)\(/.test(line)) return;
    waiting.add(at);
    for (let next = at + 1; next < lines.length && (!lines[next] || indent(lines[next]) > indent(line)); next++) {
      waiting.add(next);
    }
  });
  return waiting;
}

for (const name of (await readdir(`${root}tests/e2e`)).filter((name) => name.endsWith(".mjs"))) {
  const path = `tests/e2e/${name}`;
  const lines = (await readFile(root + path, "utf8")).split("\n").map(code);
  const waiting = waitingLines(lines);
  lines.forEach((line, at) => {
    const say = (problem) => problems.push(`${path}:${at + 1}: ${problem}`);
    if (name !== "patience.mjs" && timers.test(line))
      say("waits for a time. Wait for what the test needs: a locator's waitFor, or eventually of patience.mjs");
    if (neverWaits.test(line)) say("waits for an async function, which ends at once. Let evaluate wait, or eventually");
    if (limit.test(line)) say("has a limit of its own, too short on a slow machine. Use PATIENCE of patience.mjs");
    if (!name.endsWith(".test.mjs")) return;
    if (!waiting.has(at) && once.some((reading) => reading.test(line)))
      say(
        "reads the page once, perhaps before it is as it will be. Read in eventually, or in absent for what must not be there",
      );
    if (complaints.test(line)) say("may look before the page complained. Use noComplaints of site.mjs");
  });
}

for (const name of (await readdir(`${root}tests/web`)).filter((name) => name.endsWith(".rs"))) {
  const path = `tests/web/${name}`;
  let within = "";
  for (const [at, line] of (await readFile(root + path, "utf8")).split("\n").map(code).entries()) {
    within = /^\s*(?:pub )?(?:async )?fn (\w+)/.exec(line)?.[1] ?? within;
    if (within !== "poll" && /\b(sleep|\w*set_timeout\w*|\w*set_interval\w*|TimeoutFuture)\b/.test(line)) {
      problems.push(`${path}:${at + 1}: waits for a time. Wait for what the test needs: poll of worker.rs`);
    }
  }
}

if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log("tests wait for what they need");
