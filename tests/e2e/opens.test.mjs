// The page opens: everywhere, on its own, and says something whatever happens.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open } from "./flow.mjs";
import { eventually } from "./patience.mjs";
import { noComplaints, openSite, output } from "./site.mjs";

for (const base of ["/", "/lab/"]) {
  test(`at ${base} the page opens without a complaint and asks nothing of other sites`, async (t) => {
    const site = await openSite({ base });
    t.after(() => site.close());
    const page = await open(site);
    await eventually("the page has its title", async () => assert.equal(await page.title(), "Multihop"));
    assert.ok(page.asked.some((url) => /engine[^/]*\.wasm/.test(url)) && page.asked.every((url) => url.includes(base)));
    await noComplaints(page);
  });
}

let site;
before(async () => (site = await openSite()));
after(() => site.close());

test("before the program arrives, title, lanes and progress are on screen", async () => {
  const page = await site.newPage();
  await page.route("**/*.wasm", () => {}); // never answered
  await page.goto(site.url, { waitUntil: "domcontentloaded" });
  await page.getByRole("heading", { name: "Multihop" }).waitFor();
  for (const lane of ["Source", "Bronze", "Silver", "Gold"]) {
    await page.getByRole("heading", { name: lane, exact: true }).waitFor();
  }
  await page.getByRole("status").getByText("Loading").waitFor();
  await page.screenshot({ path: `${output}shell.png` });
});

test("if the program cannot be loaded, the page says so", async () => {
  const page = await site.newPage();
  await page.route("**/page*.wasm", (route) => route.abort());
  await page.goto(site.url);
  await page.getByRole("alert").filter({ hasText: "could not start" }).waitFor();
});

test("without JavaScript, the page says that it needs it", async (t) => {
  // Playwright's own switch leaves <noscript> hidden, and without scripts only the accessibility tree can be asked.
  const bare = await openSite({ more: ["--blink-settings=scriptEnabled=false"] });
  t.after(() => bare.close());
  const page = await bare.newPage();
  await page.goto(bare.url);
  const devtools = await page.context().newCDPSession(page);
  await eventually("the page says that it needs JavaScript", async () => {
    const { nodes } = await devtools.send("Accessibility.getFullAXTree");
    const seen = nodes.filter((node) => !node.ignored).map((node) => node.name?.value);
    assert.ok(
      seen.some((text) => /needs JavaScript and WebAssembly/.test(text)),
      `it says ${seen.join(" | ")}`,
    );
  });
});

test("the policy forbids inline scripts and other sites", async () => {
  const page = await site.newPage();
  const response = await page.goto(site.url);
  const policy = response.headers()["content-security-policy"];
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval(?<!wasm-unsafe-eval)|\*|https?:/);
  const html = await response.text();
  assert.equal(html.match(/<meta\s[^>]*http-equiv="Content-Security-Policy"/g)?.length, 1);
});

test("the built site has no reload socket and no inline script", async () => {
  const html = await (await fetch(site.url)).text();
  assert.doesNotMatch(html, /WebSocket|trunk\/ws/);
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)[^>]*>/);
});

test("the server serves nothing outside the site", async () => {
  for (const path of ["..%2fCargo.toml", "%2e%2e/%2e%2e/Cargo.toml", "nothing-here", "%ff"]) {
    const response = await fetch(new URL(path, site.url));
    assert.ok([400, 404].includes(response.status), `${path}: ${response.status}`);
  }
});
