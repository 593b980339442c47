// The documentation as pages of the site: docs/*.md become docs/*.html, without a line of script.
// Links between the files stay links between the pages.

import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import Slugger from "github-slugger";
import { Marked } from "marked";

const root = fileURLToPath(new URL("../", import.meta.url));
const POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

/** docs/README.md is the first page. */
const pageOf = (file) => (file === "README.md" ? "index.html" : file.replace(/\.md$/, ".html"));

/** The page's title, its headings of the second rank, and its body as HTML. */
function render(markdown) {
  const slugger = new Slugger();
  const headings = [];
  let title = "";
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth, text }) {
        const id = slugger.slug(text.replace(/[`*]/g, ""));
        const inner = this.parser.parseInline(tokens);
        if (depth === 1) title = text.replace(/[`*]/g, "");
        if (depth === 2) headings.push({ id, inner });
        return `<h${depth} id="${id}">${inner}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const target = href.replace(/^([\w-]+\.md)(#.*)?$/, (_, file, anchor = "") => pageOf(file) + anchor);
        return `<a href="${escape(target)}">${this.parser.parseInline(tokens)}</a>`;
      },
      table(token) {
        const row = (cells, tag) =>
          `<tr>${cells.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join("")}</tr>`;
        const head = row(token.header, "th");
        // Wide tables scroll by themselves, reachable by keyboard.
        return `<div class="wide" tabindex="0" role="group" aria-label="Table"><table><thead>${head}</thead><tbody>${token.rows.map((cells) => row(cells, "td")).join("")}</tbody></table></div>\n`;
      },
      // As wide tables.
      code: ({ text, lang }) =>
        `<pre tabindex="0" role="group" aria-label="Example"><code class="language-${escape(lang ?? "text")}">${escape(text)}\n</code></pre>\n`,
      // Our pages hold no HTML of their own; what looks like it is text.
      html: ({ text }) => escape(text),
    },
  });
  const body = marked.parse(markdown);
  return { title, headings, body };
}

/** The order of the pages, from the index's own list of links. */
function order(index, files) {
  const listed = [...index.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, file]) => file);
  return ["README.md", ...new Set([...listed, ...files])].filter(
    (file, at, all) => files.includes(file) && all.indexOf(file) === at,
  );
}

/** Writes the pages, their style sheet and pictures into `folder`. */
export async function writeDocs(folder) {
  const source = join(root, "docs");
  const names = (await readdir(source)).sort();
  const files = names.filter((name) => name.endsWith(".md"));
  await mkdir(folder, { recursive: true });
  for (const name of names.filter((name) => name.endsWith(".png"))) {
    await copyFile(join(source, name), join(folder, name));
  }

  const styles = await Promise.all(["styles/tokens.css", "docs.css"].map((file) => readFile(join(root, "www", file))));
  const { code } = await transform(styles.join("\n"), { loader: "css", minify: true });
  await writeFile(join(folder, "docs.css"), code);

  const pages = await Promise.all(
    files.map(async (file) => ({ file, ...render(await readFile(join(source, file), "utf8")) })),
  );
  const index = await readFile(join(source, "README.md"), "utf8");
  const sorted = order(index, files).map((file) => pages.find((page) => page.file === file));
  for (const page of pages) {
    await writeFile(join(folder, pageOf(page.file)), htmlOf(page, sorted));
  }
}

function htmlOf({ file, title, headings, body }, pages) {
  const link = (page) => {
    const current = page.file === file ? ' aria-current="page"' : "";
    return `<li><a href="${pageOf(page.file)}"${current}>${escape(page.title)}</a></li>`;
  };
  const contents =
    headings.length > 2
      ? `<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>${headings
          .map(({ id, inner }) => `<li><a href="#${id}">${inner}</a></li>`)
          .join("")}</ul></nav>`
      : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)} · Multihop</title>
<link rel="stylesheet" href="docs.css">
</head>
<body>
<a class="skip" href="#text">Skip to the text</a>
<header><a class="brand" href="../">Multihop</a><span>Documentation</span></header>
<div class="columns">
<nav class="pages" aria-label="Documentation"><ul>${pages.map(link).join("")}</ul></nav>
<main id="text">
${body}</main>
${contents}
</div>
</body>
</html>
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeDocs(process.argv[2] ?? join(root, "target/site/docs"));
  console.log(`${basename(root)}: documentation written`);
}
