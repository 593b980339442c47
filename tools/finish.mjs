// Trunk's hook after a build (Trunk.toml): tells the engine's and Python's loaders what they load, and the engine
// which files the sample data has; puts together the scripts that are loaded when they are needed.

import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { build } from "esbuild";

const folder = process.env.TRUNK_STAGING_DIR;
for (const [name, loader] of [
  ["engine", "engine_loader.js"],
  ["python", "python_loader.js"],
]) {
  const [script, program] = await Promise.all(
    [`${name}.js`, `${name}_bg.wasm`].map((file) => readFile(join(folder, file))),
  );
  const version = createHash("sha256").update(script).update(program).digest("hex").slice(0, 16);
  const before = await readFile(join(folder, loader), "utf8");
  const after = before.replace(
    /const built = \{[^}]*\};/,
    `const built = { size: ${program.length}, version: "${version}" };`,
  );
  if (after === before) throw new Error(`${loader}: the line \`const built = …\` is missing`);
  await writeFile(join(folder, loader), after);
}

const bookstore = join(folder, "bookstore");
const entries = await readdir(bookstore, { recursive: true, withFileTypes: true });
const paths = entries
  .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && entry.name !== "manifest.json")
  .map((entry) => relative(bookstore, join(entry.parentPath, entry.name)))
  .sort();
await writeFile(join(bookstore, "manifest.json"), JSON.stringify(paths));

const www = new URL("../www/", import.meta.url).pathname;
await build({
  entryPoints: { notebook: `${www}notebook/index.js`, zip: `${www}zip.js` },
  outdir: folder,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
});
