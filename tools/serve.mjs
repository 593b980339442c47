// Serves a built site: node tools/serve.mjs [folder] [--port 8080] [--base /]
// Only to this machine. Right MIME types, and the page's Content-Security-Policy as a header
// too, with what a meta tag cannot say. `serve` is also what the end-to-end tests use.

import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
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
  ".woff2": "font/woff2",
};

/** The policy has one home, the page. */
async function policyOf(folder) {
  const html = await readFile(join(folder, "index.html"), "utf8");
  const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(html)?.[1];
  if (!policy) throw new Error(`${join(folder, "index.html")} has no Content-Security-Policy`);
  return `${policy}; frame-ancestors 'none'`;
}

/**
 * Serves `folder` under the path `base` on 127.0.0.1; port 0 takes any free one.
 * Resolves to { url, close } once it listens.
 */
export async function serve(folder, { port = 0, base = "/" } = {}) {
  const policy = await policyOf(folder);
  const server = createServer(async (request, response) => {
    const answer = (status, text, headers = {}) =>
      response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers }).end(text);
    try {
      const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
      if (!["GET", "HEAD"].includes(request.method)) return answer(405, "Only GET and HEAD\n", { allow: "GET, HEAD" });
      if (`${path}/` === base) return answer(301, "", { location: base });
      if (!path.startsWith(base)) return answer(404, `Nothing at ${path}; the site is at ${base}\n`);
      let file = normalize(join(folder, path.slice(base.length) || "index.html"));
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
    server.once("error", reject);
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { port: { type: "string", default: "8080" }, base: { type: "string", default: "/" } },
  });
  try {
    const { url } = await serve(positionals[0] ?? "target/site", { port: Number(values.port), base: values.base });
    console.log(`Multihop is at ${url} (Ctrl-C stops it)`);
  } catch (error) {
    if (error.code !== "EADDRINUSE") throw error;
    console.error(`multihop: port ${values.port} is taken. Choose another: make run PORT=${Number(values.port) + 1}`);
    process.exit(1);
  }
}
