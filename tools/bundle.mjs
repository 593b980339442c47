// esbuild's settings for the scripts that are loaded when they are needed. For tools/finish.mjs, which writes them, and
// tools/notices.mjs, which asks what is in them.

import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

export const bundle = {
  absWorkingDir: root,
  entryPoints: { notebook: "www/notebook/index.js", zip: "www/zip.js" },
  outdir: "target/bundle",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
};
