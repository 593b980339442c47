// Builds one of the crate's programs for the browser without Trunk: the module `python`, so that `make run` can serve
// the page before Python is there, and the page alone, whose size is checked. What Trunk does for the others:
// cargo, then wasm-bindgen, then wasm-opt for what ships.
//
//   node tools/programs.mjs python [site]     builds Python and puts it into a site (target/site)

import { spawn } from "node:child_process";
import { copyFile, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { finishLoader } from "./loaders.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const triple = "wasm32-unknown-unknown";

/** What ships: the crate's programs, each with its cargo feature and the kind of machine that it is for. */
export const programs = [
  { name: "page", feature: "page", triple },
  { name: "engine", feature: "worker", triple },
  { name: "python", feature: "python", triple },
  { name: "multihop", feature: "cli", triple: "x86_64-unknown-linux-gnu" },
];

/** Runs a command to its end, its output shown. Rejects with a sentence if it fails. */
export function run(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
    child.once("error", (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.once("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args[0] ?? ""} failed; its message is above`)),
    );
  });
}

/**
 * Compiles the program `name`, whose cargo feature is `feature`, into `folder`: NAME.js and NAME_bg.wasm, a module.
 * `optimise` are wasm-opt's arguments, `bindgen` more of wasm-bindgen's, `env` what cargo's environment has besides.
 */
export async function buildProgram({ name, feature = name, profile, folder, optimise, bindgen = [], env }) {
  const features = ["--no-default-features", "--features", feature];
  await run(
    "cargo",
    ["build", "--locked", "--offline", "--target", triple, "--profile", profile, "--bin", name, ...features],
    env,
  );
  const compiled = join(process.env.CARGO_TARGET_DIR ?? "target", triple, profile, `${name}.wasm`);
  await mkdir(folder, { recursive: true });
  const out = ["--target", "web", "--no-typescript", "--out-dir", folder, "--out-name", name];
  await run("wasm-bindgen", [compiled, ...out, ...bindgen]);
  if (optimise) {
    const program = join(folder, `${name}_bg.wasm`);
    await run(join(root, "node_modules/.bin/wasm-opt"), [...optimise, program, "-o", program]);
  }
}

/** Python's files, as a site has them. The loader comes last: who has it can load the others. */
const PYTHON = ["python.js", "python_bg.wasm", "python_loader.js"];

/** Builds Python in `folder` and puts it into the site. */
export async function buildPython({ site, folder, ...how }) {
  // When its memory or its stack has ended, the loader starts it anew.
  await buildProgram({ name: "python", folder, bindgen: ["--experimental-reset-state-function"], ...how });
  await finishLoader(join(root, "www/python_loader.js"), folder, "python");
  for (const file of PYTHON) {
    const arriving = join(site, `.${file}`);
    await copyFile(join(folder, file), arriving);
    await rename(arriving, join(site, file));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [what, site = join(root, "target/site")] = process.argv.slice(2);
  if (what !== "python") {
    console.error("usage: node tools/programs.mjs python [site]");
    process.exit(2);
  }
  const folder = join(root, "target/python");
  await rm(folder, { recursive: true, force: true });
  await buildPython({ site, folder, profile: "site" }).catch((error) => {
    console.error(`multihop: ${error.message}`);
    process.exit(1);
  });
}
