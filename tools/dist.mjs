// Builds what ships into dist/ and checks its size.
//
//   dist/site       the page: small code (profile "dist"), wasm-opt, minified scripts; for any static host, at any path
//   dist/multihop   the command line, one program for this machine's kind

import { spawnSync } from "node:child_process";
import { copyFile, readFile, readdir, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const budgets = [
  { part: "page", files: /^(page-.*|start)\.(js|wasm)$|\.css$|^index\.html$/, most: 400e3 },
  { part: "notebook's script, loaded when its view opens", files: /^notebook\.js$/, most: 200e3 },
  { part: "engine", files: /^engine.*\.(js|wasm)$/, most: 3.2e6 },
  { part: "python", files: /^python.*\.(js|wasm)$/, most: 2.2e6 },
];

// The npm package's wasm-opt comes first: Debian's is too old for today's Rust.
const bin = new URL("../node_modules/.bin", import.meta.url).pathname;
spawnSync("cargo", ["fetch", "--locked", "--target", "wasm32-unknown-unknown"], { stdio: "inherit" });
// Leptos' own switch for small code: parts of a view share a type instead of each having its own. These flags take
// the place of those in .cargo/config.toml, so the one there is said again.
const flags = '--cfg getrandom_backend="wasm_js" --cfg erase_components';
await rm("dist", { recursive: true, force: true });
const trunk = spawnSync("trunk", ["build", "--release", "--cargo-profile", "dist", "--dist", "dist/site"], {
  stdio: "inherit",
  env: { ...process.env, PATH: bin + delimiter + process.env.PATH, RUSTFLAGS: flags },
});
if (trunk.status !== 0) {
  console.error(trunk.error ? `multihop: trunk: ${trunk.error.message}` : "multihop: the build failed, see above");
  process.exit(1);
}

const program = ["rustc", "--locked", "--release", "--bin", "multihop", "--", "-C", "strip=symbols"];
if (spawnSync("cargo", program, { stdio: "inherit" }).status !== 0) {
  console.error("multihop: the command line could not be built, see above");
  process.exit(1);
}
await copyFile(join(process.env.CARGO_TARGET_DIR ?? "target", "release", "multihop"), "dist/multihop");

// As a host does that compresses once, when the files are put there.
const compressed = (bytes) =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length;
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} KB`;

const names = await readdir("dist/site");
const rows = [];
let over = false;
for (const { part, files, most } of budgets) {
  let raw = 0;
  let brotli = 0;
  for (const name of names.filter((name) => files.test(name))) {
    const bytes = await readFile(join("dist/site", name));
    raw += bytes.length;
    brotli += compressed(bytes);
  }
  over ||= brotli > most;
  rows.push([part, kilobytes(raw), kilobytes(brotli), kilobytes(most), brotli > most ? "over" : "within"]);
}
console.log("\n| part | raw | brotli | budget | |\n|---|---:|---:|---:|---|");
for (const row of rows) console.log(`| ${row.join(" | ")} |`);
if (over) console.error("\nmultihop: dist/ is built, but a part is over its budget");
