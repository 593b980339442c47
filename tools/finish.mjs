// Trunk's hook after a build (Trunk.toml): tells the engine's loader what it loads.

import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

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
