// Writes THIRD-PARTY.md: whose code is in what ships, and under which licences.
//
//   node tools/notices.mjs [--check]     with --check it only says whether the file is current
//
// The crates are those that cargo links into the programs; the npm packages those that esbuild bundles; Python's files
// are CPython's library. The texts are the files that they come with, each text once; where one comes without, it is
// the SPDX list's.

import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundle } from "./bundle.mjs";
import { programs } from "./programs.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const file = "THIRD-PARTY.md";

function cargo(...args) {
  const { status, stdout, stderr, error } = spawnSync("cargo", args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`cargo ${args[0]} failed: ${error?.message ?? stderr}`);
  return stdout;
}

/** `name version` of each crate that is linked into a program: no macros, nothing that only builds. */
function linked() {
  const crates = new Set();
  for (const { feature, triple } of programs) {
    const tree = cargo(
      ...["tree", "--offline", "--locked", "--edges", "normal,no-proc-macro", "--prefix", "none"],
      ...["--target", triple, "--no-default-features", "--features", feature, "--format", "{p}"],
    );
    for (const [, name, version] of tree.matchAll(/^(\S+) v(\S+)/gm)) {
      if (name !== "multihop") crates.add(`${name} ${version}`);
    }
  }
  return crates;
}

const IS_LICENCE = /^(licen[cs]e|copying|copyright|notice|unlicense|psf-license)/i;

/** The licence files that lie in a folder. */
async function texts(folder) {
  const names = (await readdir(folder)).filter((name) => IS_LICENCE.test(name)).sort();
  const read = await Promise.all(
    names.map((name) =>
      readFile(join(folder, name), "utf8").catch((error) => (error.code === "EISDIR" ? null : error)),
    ),
  );
  return read.filter((text) => typeof text === "string").map(tidy);
}

/** The same text however its lines end. */
const tidy = (text) =>
  text
    .replace(/\r\n?/g, "\n")
    .replace(/[ \t]+$/gm, "")
    .replace(/^\n+|\n+$/g, "");

const require = createRequire(import.meta.url);

/** The SPDX list's text of what a licence expression offers first; the LGPL adds to the GPL. */
function standard(expression) {
  const ids = expression.replace(/[()]/g, "").split(/ (?:OR|AND) |\//);
  const offered = ids.find((id) => id === "Apache-2.0") ?? ids[0];
  const needed = offered === "LGPL-3.0-only" ? [offered, "GPL-3.0-only"] : [offered];
  return needed.map((id) => tidy(require(`spdx-license-list/licenses/${id}`).licenseText));
}

/** The texts of a part in that folder. */
async function licenceTexts(folder, expression) {
  const own = await texts(folder);
  return own.length > 0 ? own : standard(expression);
}

async function crates() {
  const wanted = linked();
  const { packages } = JSON.parse(
    cargo("metadata", "--offline", "--locked", "--format-version", "1", "--all-features"),
  );
  const parts = [];
  for (const { name, version, license, license_file, manifest_path, authors, repository } of packages) {
    // CPython's library: build.rs embeds some of its files.
    const embedded = name === "rustpython-pylib";
    if (!wanted.has(`${name} ${version}`) && !embedded) continue;
    const folder = dirname(manifest_path);
    parts.push({
      name,
      version,
      licence: embedded ? "Python-2.0.1" : (license ?? `see its ${license_file}`),
      authors: authors.map((author) => author.replace(/\s*<.*>/, "")),
      address: repository,
      texts: await (embedded ? texts(join(folder, "Lib")) : licenceTexts(folder, license)),
    });
  }
  return parts;
}

async function npmPackages() {
  const { metafile } = await build({ ...bundle, write: false, metafile: true });
  const folders = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
    if (folder) folders.add(folder);
  }
  const parts = [];
  for (const folder of folders) {
    const { name, version, license, author, repository } = JSON.parse(
      await readFile(join(root, folder, "package.json"), "utf8"),
    );
    const who = typeof author === "string" ? author.replace(/\s*<.*>/, "") : author?.name;
    const address = (typeof repository === "string" ? repository : repository?.url)?.replace(/^git\+|\.git$/g, "");
    const texts = await licenceTexts(join(root, folder), license);
    parts.push({ name, version, licence: license, authors: who ? [who] : [], address, texts });
  }
  return parts;
}

/** Parts in order, each once. */
const inOrder = (parts) =>
  parts.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1));

function write(rust, scripts) {
  const numbers = new Map();
  const number = (text) => {
    if (!numbers.has(text)) numbers.set(text, numbers.size + 1);
    return numbers.get(text);
  };
  const table = (parts) => {
    const rows = parts.map(({ name, version, licence, authors, address, texts }) => {
      const where = texts.map((text) => `[${number(text)}](#text-${number(text)})`).join(", ");
      const title = address ? `[${name}](${address})` : name;
      return `| ${title} ${version} | ${licence} | ${authors.join(", ").replaceAll("|", "\\|")} | ${where} |`;
    });
    return ["| what | licence | authors | texts |", "| --- | --- | --- | --- |", ...rows].join("\n");
  };
  const body = `## Crates, and the library of Python\n\n${table(rust)}\n\n## npm packages\n\n${table(scripts)}\n`;
  const all = [...numbers].map(([text, n]) => `### Text ${n}\n\n\`\`\`\`text\n${text}\n\`\`\`\`\n`);
  return `# Third-party software

What \`make dist\` builds holds, beside our own code, the software below and Rust's standard library (MIT or Apache-2.0).
Each comes under its own licence; where several are offered with "OR", we take Apache-2.0 or else MIT. Where a
part comes without a text, its licence's standard text stands here; its authors are its copyright holders.

${body}
## Texts

${all.join("\n")}`;
}

const text = write(inOrder(await crates()), inOrder(await npmPackages()));
if (!process.argv.includes("--check")) {
  await writeFile(join(root, file), text);
} else if (text !== (await readFile(join(root, file), "utf8").catch(() => ""))) {
  console.error(`multihop: ${file} isn't current.\n          Run: make notices`);
  process.exit(1);
}
