// Loads the module `python` at the first Python cell. The engine's worker calls it (engine_loader.js):
//
//   const python = await start({ call, write, pause, stop }, progress)   progress(bytes, of bytes)
//   python.suspends                       can a cell be cancelled while it computes?
//   await python.begin()                  the number of one more interpreter: each notebook has its own
//   await python.run(number, source, name)  the outcome, as src/python's `Outcome` in JSON
//   await python.invoke(id, arguments)    a function that Python registered: JSON in, JSON out
//   python.invokeNow(id, arguments)       the same, at once: for a UDF
//   await python.complete(number, text)   JSON list of words
//
// `call(request)` answers a request with a text or a promise of one; `write(stream, text)` takes what is printed;
// `pause()` lets other work happen and says whether the cell is to end, as a boolean or a promise of one; `stop()` only
// says it. Where the browser can't suspend WebAssembly, all must answer at once.

import { around, nested, suspends } from "./python_host.js";

// Filled in when the site is built (tools/programs.mjs).
const built = { size: 0, version: "" };

export async function start(program, progress = () => {}) {
  const { default: init } = await import(`./python.js?${built.version}`);
  const response = await fetch(new URL(`./python_bg.wasm?${built.version}`, import.meta.url));
  if (!response.ok) throw new Error(`the server answered ${response.status} for Python's program`);
  Object.assign(around, program);
  const exports = await init({ module_or_path: counted(response, progress) });
  around.memory = exports.memory;

  const enter = (f) => (suspends ? WebAssembly.promising(f) : f);
  const entries = {
    start: enter(exports.python_start),
    run: enter(exports.python_run),
    invoke: enter(exports.python_invoke),
    complete: enter(exports.python_complete),
  };
  const put = (text) => {
    const bytes = new TextEncoder().encode(text);
    const pointer = exports.python_alloc(bytes.length);
    new Uint8Array(exports.memory.buffer, pointer, bytes.length).set(bytes);
    return [pointer, bytes.length];
  };
  const result = (length) =>
    new TextDecoder().decode(new Uint8Array(exports.memory.buffer, exports.python_result(), length));
  const enterWith = (entry, ...before) => nested(async () => result(await entry(...before)));

  let interpreters = 0;
  return {
    suspends,
    begin: async () => {
      const failed = await enterWith(entries.start);
      if (failed) throw new Error(failed);
      return interpreters++;
    },
    run: (number, source, name) => enterWith(entries.run, number, ...put(source), ...put(name)),
    invoke: (id, json) => enterWith(entries.invoke, id, ...put(json)),
    invokeNow: (id, json) => result(exports.python_invoke_now(id, ...put(json))),
    complete: (number, text) => enterWith(entries.complete, number, ...put(text)),
  };
}

// Hands the bytes on as they come, and says how many of them.
function counted(response, progress) {
  let received = 0;
  const counter = new TransformStream({
    transform(chunk, controller) {
      received += chunk.byteLength;
      progress(received, built.size);
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counter), { headers: { "content-type": "application/wasm" } });
}
