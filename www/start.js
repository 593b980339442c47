// Starts the page's program. If it cannot start, the shell says why, so the screen is never blank.

import { connect } from "./scripting.js";

const script = document.querySelector("script[data-page]");
const progress = document.getElementById("progress");

// The notebook view's script is loaded when the view first opens.
globalThis.loadNotebook = () => import(new URL("notebook.js", document.baseURI));

// Once the engine is ready: the site works without a network from now on. `tell` hears of each newer version, with what
// makes it the one that runs.
globalThis.keepSite = async (tell) => {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  // A browser that refuses loads the site anew each time.
  const registration = await workers.register(new URL("service_worker.js", document.baseURI)).catch(() => null);
  if (!registration) return;
  const offer = (worker) => {
    if (worker?.state !== "installed" || !workers.controller) return;
    tell(() => {
      workers.addEventListener("controllerchange", () => location.reload(), { once: true });
      worker.postMessage("take over");
    });
  };
  offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => offer(worker));
  });
};

try {
  if (typeof WebAssembly !== "object") throw new Error("this browser has no WebAssembly");
  const page = await import(new URL(script.dataset.page, document.baseURI));
  await page.default({ module_or_path: new URL(script.dataset.wasm, document.baseURI) });
  globalThis.multihop = connect(page);
} catch (error) {
  console.error(error);
  const text = `Multihop could not start: ${error.message ?? error}. Load the page again; if that does not help, use a current Chrome, Edge, Firefox or Safari.`;
  if (progress?.isConnected) {
    progress.setAttribute("role", "alert");
    progress.textContent = text;
  }
}
