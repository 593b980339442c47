// Starts the page's program. If it cannot start, the shell says why, so the screen is never blank.

import { connect } from "./scripting.js";

const script = document.querySelector("script[data-page]");
const progress = document.getElementById("progress");

// The notebook view's script is loaded when the view first opens.
globalThis.loadNotebook = () => import(new URL("notebook.js", document.baseURI));

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
