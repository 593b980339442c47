// Guards the layers: a module of src/ uses only modules above it in the table of src/lib.rs.
// Also that no source file grows beyond 800 lines.

import { readFile, readdir } from "node:fs/promises";
import { join, relative } from "node:path";

const root = new URL("../src", import.meta.url).pathname;
const library = await readFile(join(root, "lib.rs"), "utf8");
const order = [...library.matchAll(/^\/\/! \| \[?`(\w+)`\]? \|/gm)].map(([, name]) => name);

// Apart from the order: the page is built without the engine, and both sides share the messages.
const only = { protocol: ["types"], page: ["protocol"] };
const mayUse = (module) => only[module] ?? order.slice(0, order.indexOf(module));

const problems = [];
let files = 0;
for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith(".rs")) continue;
  files += 1;
  const path = relative(root, join(entry.parentPath ?? entry.path, entry.name));
  const lines = (await readFile(join(root, path), "utf8")).split("\n");
  if (lines.length > 801) problems.push(`src/${path}: ${lines.length - 1} lines; split it (800 at most)`);

  const module = path.split("/")[0].replace(/\.rs$/, "");
  if (["lib", "bin"].includes(module)) continue;
  if (!order.includes(module)) {
    problems.push(`src/${path}: the module \`${module}\` is missing in the table of src/lib.rs`);
    continue;
  }
  // Tests may set up their subject with whatever is handy.
  if (entry.name === "tests.rs" || path.includes("/tests/")) continue;
  const text = lines.map((line) => line.replace(/\/\/.*/, "")).join("\n");
  const used = new Set();
  for (const [, name] of text.matchAll(/\bcrate::(\w+)/g)) used.add(name);
  for (const [, names] of text.matchAll(/\bcrate::\{((?:[^{}]|\{[^{}]*\})*)\}/g)) {
    for (const [, name] of names.replace(/\{[^{}]*\}/g, "").matchAll(/(?:^|,)\s*(\w+)/g)) used.add(name);
  }
  for (const name of used) {
    if (name !== module && order.includes(name) && !mayUse(module).includes(name)) {
      problems.push(`src/${path}: \`${module}\` must not use \`${name}\` (the table in src/lib.rs says which may)`);
    }
  }
}

if (order.length < 5) problems.push("src/lib.rs: the table of modules was not found");
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`${files} files, ${order.length} modules: ${order.join(" < ")}`);
