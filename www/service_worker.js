// Serves the site without a network after the first visit, always one version as a whole.
//
// A new version is loaded beside the one that runs; it takes over when the page says so ("take over"), or when no page
// is open. Python, which is large and not everybody's, is kept when it is first asked for.

// Filled in when the site is built (tools/offline_site.mjs): a hash of all files, and their names.
const built = { version: "", files: [] };

const name = `multihop-${built.version}`;
const files = new Set(built.files);

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(name);
      // Past the browser's own cache, which may hold files of another version.
      await cache.addAll(built.files.map((file) => new Request(file, { cache: "no-cache" })));
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const other of await caches.keys()) {
        if (other.startsWith("multihop-") && other !== name) await caches.delete(other);
      }
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

/** The file of the site that a request means; undefined if it means none. */
function fileOf(request) {
  const scope = new URL(self.registration.scope);
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return;
  const file = decodeURIComponent(url.pathname.slice(scope.pathname.length));
  return /(^|\/)$/.test(file) ? `${file}index.html` : file;
}

self.addEventListener("fetch", (event) => {
  const file = fileOf(event.request);
  if (files.has(file)) event.respondWith(ofSite(file, event.request));
  else if (/^python[\w.]*$/.test(file)) event.respondWith(ofPython(file, event.request));
});

async function ofSite(file, request) {
  const kept = await (await caches.open(name)).match(file, { ignoreSearch: true });
  return kept ?? fetch(request);
}

/** What the loader asks for has a hash behind its name; the loader itself, which hasn't, comes fresh if it can. */
async function ofPython(file, request) {
  const cache = await caches.open(name);
  const kept = await cache.match(request);
  const isLoader = file === "python_loader.js";
  if (kept && !isLoader) return kept;
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}
