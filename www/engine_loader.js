// The engine's worker: new Worker("./engine_loader.js").
//
// Until the engine runs, this file speaks for it, in the messages of src/protocol: how far loading is
// (Loading), and that it failed (Panicked). The page may post its first requests at once: they are
// kept until the engine listens. It also speaks for an engine that has trapped.

// Filled in when the site is built (tools/finish.mjs): bytes of engine_bg.wasm, and a hash that
// keeps a browser's cache from mixing two builds.
const built = { size: 0, version: "" };

const tell = (event) => self.postMessage({ message: { Event: { event } } });

const early = [];
const keep = (event) => early.push(event);
self.addEventListener("message", keep);
self.addEventListener("unhandledrejection", (event) => {
  setTimeout(() => {
    throw event.reason;
  });
});

// A panic has told already; want of memory or of stack has not.
self.addEventListener("error", (event) => {
  event.preventDefault();
  console.error(event.error ?? event.message);
  tell({ Panicked: { message: event.message, file: globalThis.wasm_bindgen?.file_being_read?.() } });
});

// Hands the bytes on as they come, and says how many of them.
function counted(response) {
  let received = 0;
  let told = 0;
  const counter = new TransformStream({
    transform(chunk, controller) {
      received += chunk.byteLength;
      if (received - told > built.size / 50) {
        told = received;
        tell({ Loading: { what: "Loading the engine", fraction: Math.min(received / built.size, 1) } });
      }
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counter), { headers: { "content-type": "application/wasm" } });
}

// Python, when the engine asks for it: see python_loader.js.
self.startPython = async (program, progress) => (await import("./python_loader.js")).start(program, progress);

async function start() {
  const url = `./engine_bg.wasm?${built.version}`;
  tell({ Loading: { what: "Loading the engine", fraction: 0 } });
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${url}`);
  await wasm_bindgen({ module_or_path: counted(response) });
  self.removeEventListener("message", keep);
  for (const { data, ports } of early) self.dispatchEvent(new MessageEvent("message", { data, ports: [...ports] }));
  early.length = 0;
}

try {
  importScripts(`./engine.js?${built.version}`);
  start().catch(failed);
} catch (error) {
  failed(error);
}

function failed(error) {
  console.error(error);
  tell({ Panicked: { message: `The engine could not be loaded: ${error.message ?? error}` } });
}
