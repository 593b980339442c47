// Tells the site's service worker which files there are: what the site needs without a network.

import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const WORKER = "service_worker.js";
const www = fileURLToPath(new URL("../www/", import.meta.url));

/** Not asked for by a page that runs. */
const others = /^(LICENSE|NOTICE|THIRD-PARTY\.md|multihop\.d\.ts|service_worker\.js)$|(^|\/)\./;

/** Writes the service worker of the site in `folder`, which is otherwise complete. */
export async function writeServiceWorker(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((file) => !others.test(file))
    .sort();
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update(await readFile(join(folder, file)));
  const built = { version: hash.digest("hex").slice(0, 16), files };
  const source = await readFile(join(www, WORKER), "utf8");
  const empty = 'const built = { version: "", files: [] };';
  if (!source.includes(empty)) throw new Error(`${WORKER} has no place for its files`);
  await writeFile(
    join(folder, WORKER),
    source.replace(empty, () => `const built = ${JSON.stringify(built)};`),
  );
}
