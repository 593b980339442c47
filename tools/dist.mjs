// Builds what ships into dist/, checks its size and walks through it in Chromium.
//
//   dist/site       the page: small code (profile "dist"), wasm-opt, minified scripts; for any static host, at any path
//   dist/multihop   the command line, one program for this machine's kind
//
// node tools/dist.mjs          all of it
// node tools/dist.mjs page     the page's size alone, beside the built site, which takes minutes less

import { copyFile, mkdir, mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { transform } from "esbuild";
import { writeServiceWorker } from "./offline_site.mjs";
import { buildProgram, buildPython, run } from "./programs.mjs";

/** Bytes in brotli: beyond `most` the build fails; `aim` is where a part should come. */
const budgets = {
  page: { files: /^(page.*|start)\.(js|wasm)$|\.css$|^index\.html$/, most: 400e3 },
  "notebook's script, loaded when its view opens": { files: /^notebook\.js$/, most: 200e3 },
  engine: { files: /^engine.*\.(js|wasm)$/, most: 4.1e6, aim: 3.2e6 },
  "Python, loaded at the first Python cell": { files: /^python.*\.(js|wasm)$/, most: 2.3e6, aim: 2.2e6 },
};

// Leptos' own switch for small code: parts of a view share a type instead of each having its own. These flags take
// the place of those in .cargo/config.toml, so the one there is said again.
const RUSTFLAGS = '--cfg getrandom_backend="wasm_js" --cfg erase_components';
// The npm package's wasm-opt comes first: Debian's is too old for today's Rust.
const bin = new URL("../node_modules/.bin", import.meta.url).pathname;
const env = { PATH: bin + delimiter + process.env.PATH, RUSTFLAGS };

/** wasm-opt's arguments for the page, as Trunk takes them from its link. */
async function pageOptimisation() {
  const [link] = /<link[^>]*data-bin="page"[^>]*>/.exec(await readFile("www/index.html", "utf8"));
  const said = (attribute) => new RegExp(`${attribute}="([^"]*)"`).exec(link)[1];
  return [`-O${said("data-wasm-opt")}`, ...said("data-wasm-opt-params").split(" ")];
}

/** As a host does that compresses once, when the files are put there. */
const compressed = (bytes) =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length;

/** Prints the parts' sizes; `read` gives a part's files by its pattern. Rejects when one is over its budget. */
async function checkSizes(parts, read) {
  const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;
  const over = [];
  console.log("\n| as shipped | raw | brotli | at most | aim |\n|---|---:|---:|---:|---:|");
  for (const part of parts) {
    const { files, most, aim = most } = budgets[part];
    const contents = await read(files);
    const raw = contents.reduce((sum, bytes) => sum + bytes.length, 0);
    const brotli = contents.reduce((sum, bytes) => sum + compressed(bytes), 0);
    if (brotli > most) over.push(part);
    console.log(`| ${part} | ${[raw, brotli, most, aim].map(kilobytes).join(" | ")} |`);
  }
  if (over.length > 0) throw new Error(`over its budget: ${over.join("; ")}`);
}

const readFiles = (folder) => async (pattern) =>
  Promise.all((await readdir(folder)).filter((name) => pattern.test(name)).map((name) => readFile(join(folder, name))));

async function buildPage() {
  const folder = await mkdtemp(join(tmpdir(), "multihop-page-"));
  try {
    await buildProgram({ name: "page", profile: "dist-page", folder, optimise: await pageOptimisation(), env });
    // What Trunk would have put beside it, minified as it does.
    await mkdir("target", { recursive: true });
    for (const name of await readdir("target/site")) {
      if (/\.css$|^index\.html$|^start\.js$/.test(name)) await copyFile(join("target/site", name), join(folder, name));
    }
    const read = async (pattern) => {
      const names = (await readdir(folder)).filter((name) => pattern.test(name));
      return Promise.all(
        names.map(async (name) => {
          const bytes = await readFile(join(folder, name));
          const loader = /\.(css|js)$/.exec(name)?.[1];
          return loader ? Buffer.from((await transform(bytes, { loader, minify: true })).code) : bytes;
        }),
      );
    };
    await checkSizes(["page"], read);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function buildAll() {
  await rm("dist", { recursive: true, force: true });
  await run("trunk", ["build", "--release", "--cargo-profile", "dist", "--dist", "dist/site"], env);
  const python = await mkdtemp(join(tmpdir(), "multihop-python-"));
  await buildPython({ site: "dist/site", folder: python, profile: "dist-page", optimise: ["-Os"], env });
  await rm(python, { recursive: true });
  await run("cargo", ["rustc", "--locked", "--release", "--bin", "multihop", "--", "-C", "strip=symbols"]);
  await copyFile(join(process.env.CARGO_TARGET_DIR ?? "target", "release", "multihop"), "dist/multihop");
  for (const notice of ["LICENSE", "NOTICE", "THIRD-PARTY.md"]) {
    await copyFile(notice, join("dist", notice));
    await copyFile(notice, join("dist/site", notice));
  }
  // The minifier, which is Trunk's last step, comes after its hook.
  await writeServiceWorker("dist/site");
  await checkSizes(Object.keys(budgets), readFiles("dist/site"));
  // What ships is what is tested, as a person uses it.
  await run("node", ["--test", "--test-timeout=300000", "tests/e2e/walk.test.mjs", "tests/e2e/python.test.mjs"], {
    SITE: "dist/site",
  });
}

await (process.argv[2] === "page" ? buildPage() : buildAll()).catch((error) => {
  console.error(`\nmultihop: ${error.message}`);
  process.exit(1);
});
