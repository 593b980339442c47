// Asks a served site for its files, as a visitor's browser would: node tools/ask.mjs http://127.0.0.1:8080/
// The page, what it names, what that loads, the sample data, the documentation. Fails if one doesn't come.

import { get } from "node:http";

const base = process.argv[2];

async function ask(path) {
  // Not fetch: it gives up after five minutes, and Python is answered for once it is built.
  const response = await new Promise((resolve, reject) => get(new URL(path, base), resolve).on("error", reject));
  if (response.statusCode !== 200) throw new Error(`${path || "the page"}: the server answered ${response.statusCode}`);
  const bytes = Buffer.concat(await response.toArray());
  if (bytes.length === 0) throw new Error(`${path || "the page"} is empty`);
  return { bytes, text: () => bytes.toString("utf8") };
}

/** What attributes of an HTML text name. */
const named = (html) => [...html.matchAll(/(?:href|src|data-page|data-wasm)="([^"#]+)"/g)].map(([, path]) => path);

try {
  const page = (await ask("")).text();
  const loaded = ["engine_loader.js", "engine.js", "engine_bg.wasm", "notebook.js", "zip.js"];
  const python = ["python_loader.js", "python_host.js", "python.js", "python_bg.wasm"];
  const sample = JSON.parse((await ask("bookstore/manifest.json")).text()).map((path) => `bookstore/${path}`);
  const docs = named((await ask("docs/")).text())
    .filter((path) => !path.startsWith("..") && !path.startsWith("http"))
    .map((path) => `docs/${path}`);
  const paths = [
    ...new Set([...named(page).filter((path) => path !== "./"), ...loaded, ...sample, ...docs, ...python]),
  ];
  let size = 0;
  for (const path of paths) size += (await ask(path)).bytes.length;
  console.log(`   ${paths.length} files, ${(size / 1e6).toFixed(1)} MB`);
} catch (error) {
  console.error(`multihop: ${error.message}`);
  process.exit(1);
}
