// Trunk's hook after a build (Trunk.toml): tells the engine's loader what it loads, and the engine which files the
// sample data has; puts together the scripts that are loaded when they are needed, and the pages of the documentation.

import { readdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { build } from "esbuild";
import { bundle } from "./bundle.mjs";
import { writeDocs } from "./docs.mjs";
import { finishLoader } from "./loaders.mjs";
import { writeServiceWorker } from "./offline_site.mjs";

const folder = process.env.TRUNK_STAGING_DIR;
const www = new URL("../www/", import.meta.url).pathname;

await finishLoader(join(www, "engine_loader.js"), folder, "engine");

const bookstore = join(folder, "bookstore");
const entries = await readdir(bookstore, { recursive: true, withFileTypes: true });
const paths = entries
  .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && entry.name !== "manifest.json")
  .map((entry) => relative(bookstore, join(entry.parentPath, entry.name)))
  .sort();
await writeFile(join(bookstore, "manifest.json"), JSON.stringify(paths));

await build({ ...bundle, outdir: folder });

await writeDocs(join(folder, "docs"));

// Last, as it names all others.
await writeServiceWorker(folder);
