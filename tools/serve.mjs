// Serves a built site: node tools/serve.mjs [folder] [--port 8080] [--base /] [--tell FILE]
// With --tell, other pages of this machine may read from it, and its address is written into a file: for tests.
// Only to this machine. Right MIME types, and the page's Content-Security-Policy as a header
// too, with what a meta tag cannot say. `serve` is also what the end-to-end tests use.

import { createReadStream } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const types = {
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".parquet": "application/vnd.apache.parquet",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** The attributes of each meta tag, in whatever order and with whatever quotes a minifier leaves. */
function metaTags(html) {
  return [...html.matchAll(/<meta\b((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi)].map(([, attributes]) =>
    Object.fromEntries(
      [...attributes.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g)].map(
        ([, name, double, single, bare]) => [name.toLowerCase(), double ?? single ?? bare],
      ),
    ),
  );
}

/** The policy has one home, the page. */
async function policyOf(folder) {
  const html = await readFile(join(folder, "index.html"), "utf8");
  const policy = metaTags(html).find((meta) => meta["http-equiv"] === "Content-Security-Policy")?.content;
  if (!policy) throw new Error(`${join(folder, "index.html")} has no Content-Security-Policy`);
  return `${policy}; frame-ancestors 'none'`;
}

/**
 * Serves `folder` under the path `base` on 127.0.0.1; port 0 takes any free one.
 * `more` are headers besides the usual ones. Requests for `later.files` wait until the promise `later.built` says whether they could be built.
 * Resolves to { url, close } once it listens.
 *
 * Rejects with a sentence where the port is taken.
 */
export async function serve(folder, { port = 0, base = "/", later, more = {} } = {}) {
  const policy = await policyOf(folder);
  const server = createServer(async (request, response) => {
    const answer = (status, text, headers = {}) =>
      response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers }).end(text);
    try {
      const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
      if (!["GET", "HEAD"].includes(request.method)) return answer(405, "Only GET and HEAD\n", { allow: "GET, HEAD" });
      if (`${path}/` === base) return answer(301, "", { location: base });
      if (!path.startsWith(base)) return answer(404, `Nothing at ${path}; the site is at ${base}\n`);
      const name = path.slice(base.length);
      if (later?.files.test(name) && !(await later.built)) return answer(503, `${name} could not be built\n`);
      // A folder's page, as static hosts have it.
      let file = normalize(join(folder, /(^|\/)$/.test(name) ? `${name}index.html` : name));
      if (file !== normalize(folder) && !file.startsWith(normalize(folder) + sep))
        return answer(404, "Nothing there\n");
      const info = await stat(file).catch(() => null);
      if (!info?.isFile()) return answer(404, `Nothing at ${path}\n`);
      const tag = `"${info.size.toString(36)}-${info.mtimeMs.toString(36)}"`;
      const headers = {
        "cache-control": "no-cache",
        "content-length": info.size,
        "content-security-policy": policy,
        "content-type": types[extname(file)] ?? "application/octet-stream",
        "cross-origin-opener-policy": "same-origin",
        etag: tag,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        ...more,
      };
      if (request.headers["if-none-match"] === tag) {
        delete headers["content-length"];
        return response.writeHead(304, headers).end();
      }
      response.writeHead(200, headers);
      if (request.method === "HEAD") return response.end();
      createReadStream(file)
        .on("error", () => response.destroy())
        .pipe(response);
    } catch (error) {
      if (error instanceof URIError) return answer(400, "That address cannot be read\n");
      console.error(error);
      answer(500, "The server failed; see its output\n");
    }
  });
  await new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        error.code === "EADDRINUSE"
          ? new Error(`port ${port} is taken. Choose another: make run PORT=${port + 1}`)
          : error,
      ),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}${base}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

/** What lets pages of other origins read what is served, isolated ones too. */
const forOthers = { "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin" };

/** Says where a server is. */
export function announce({ url }) {
  console.log(`Multihop is at ${url} (Ctrl-C stops it)`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: "string", default: "8080" },
      base: { type: "string", default: "/" },
      tell: { type: "string" },
    },
  });
  try {
    const server = await serve(positionals[0] ?? "target/site", {
      port: Number(values.port),
      base: values.base,
      more: values.tell ? forOthers : {},
    });
    if (values.tell) await writeFile(values.tell, server.url);
    announce(server);
  } catch (error) {
    console.error(`multihop: ${error.message}`);
    process.exit(1);
  }
}
