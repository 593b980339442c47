// What a loader (www/engine_loader.js, www/python_loader.js) has to know of the program that it loads.

import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Fills in `const built = …` of a loader: the program's size, for progress, and a hash that keeps a browser's cache
 * from mixing two builds. `source` is the loader as written; script and program of that name lie in `folder`, where
 * the finished loader goes.
 */
export async function finishLoader(source, folder, name) {
  const [script, program] = await Promise.all(
    [`${name}.js`, `${name}_bg.wasm`].map((file) => readFile(join(folder, file))),
  );
  const version = createHash("sha256").update(script).update(program).digest("hex").slice(0, 16);
  const before = await readFile(source, "utf8");
  const after = before.replace(
    /const built = \{[^}]*\};/,
    `const built = { size: ${program.length}, version: "${version}" };`,
  );
  if (after === before) throw new Error(`${source}: the line \`const built = …\` is missing`);
  await writeFile(join(folder, `${name}_loader.js`), after);
}
