// Trunk's hook after a build (Trunk.toml): tells the engine's loader what it loads, and the engine
// which files the sample data has; puts the notebook view's script together.

import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { build } from "esbuild";

const folder = process.env.TRUNK_STAGING_DIR;
const [script, program] = await Promise.all(
  ["engine.js", "engine_bg.wasm"].map((name) => readFile(join(folder, name))),
);
const version = createHash("sha256").update(script).update(program).digest("hex").slice(0, 16);

const loader = join(folder, "engine_loader.js");
const before = await readFile(loader, "utf8");
const after = before.replace(
  /const built = \{[^}]*\};/,
  `const built = { size: ${program.length}, version: "${version}" };`,
);
if (after === before) throw new Error("engine_loader.js: the line `const built = …` is missing");
await writeFile(loader, after);

const bookstore = join(folder, "bookstore");
const entries = await readdir(bookstore, { recursive: true, withFileTypes: true });
const paths = entries
  .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && entry.name !== "manifest.json")
  .map((entry) => relative(bookstore, join(entry.parentPath, entry.name)))
  .sort();
await writeFile(join(bookstore, "manifest.json"), JSON.stringify(paths));

await build({
  entryPoints: [new URL("../www/notebook/index.js", import.meta.url).pathname],
  outfile: join(folder, "notebook.js"),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
});
