// Loads the module `python` at the first Python cell. The engine's worker calls it (engine_loader.js):
//
//   const python = await start({ call, write, pause, stop }, progress)   progress(bytes, of bytes)
//   python.suspends                       can a cell be cancelled while it computes?
//   python.ended                          why it can't be used any more, if so: start it anew
//   await python.begin(number)            one more interpreter, of that number: each notebook has its own
//   await python.run(number, source, name)  the outcome, as src/python's `Outcome` in JSON
//   await python.invoke(id, arguments)    a function that Python registered: JSON in, JSON out
//   python.invokeNow(id, arguments)       the same, at once: for a UDF
//   await python.complete(number, text)   JSON list of words
//
// `call(request)` answers a request with a text or a promise of one; `write(stream, text)` takes what is printed;
// `pause()` lets other work happen and says whether the cell is to end, as a boolean or a promise of one; `stop()` only
// says it. Where the browser can't suspend WebAssembly, all must answer at once.
//
// When its memory or its stack has ended, the call fails, and so does every other that is under way. The next `start`
// gives the program new memory.

import { around, begin, nested, suspends } from "./python_host.js";

// Filled in when the site is built (tools/programs.mjs).
const built = { size: 0, version: "" };

/** The program's module, once it is loaded. */
let loaded = null;

async function load(progress) {
  const { default: init, __wbg_reset_state: reset } = await import(`./python.js?${built.version}`);
  const response = await fetch(new URL(`./python_bg.wasm?${built.version}`, import.meta.url));
  if (!response.ok) throw new Error(`the server answered ${response.status} for Python's program`);
  await init({ module_or_path: counted(response, progress) });
  return { init, reset };
}

export async function start(program, progress = () => {}) {
  if (loaded) loaded.reset();
  else loaded = await load(progress);
  const exports = await loaded.init();
  begin();
  Object.assign(around, program, { memory: exports.memory, panic: null });

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

  let fail;
  const end = new Promise((_, reject) => (fail = reject));
  // It may end while nobody waits for it.
  end.catch(() => {});
  const python = { suspends, ended: null };
  // The program reports what Python raises. What comes out as an exception of JavaScript's ended it.
  const over = (error) => {
    python.ended ??= around.panic ? new Error(around.panic) : error;
    fail(python.ended);
    return python.ended;
  };
  const enterWith = (entry, ...given) => {
    if (python.ended) return end;
    const called = nested(async () => {
      try {
        return result(await entry(...given.flatMap((part) => (typeof part === "string" ? put(part) : part))));
      } catch (error) {
        throw over(error);
      }
    });
    return Promise.race([called, end]);
  };

  return Object.assign(python, {
    begin: async (number) => {
      const failed = await enterWith(entries.start, number);
      if (failed) throw new Error(failed);
    },
    run: (number, source, name) => enterWith(entries.run, number, source, name),
    invoke: (id, json) => enterWith(entries.invoke, id, json),
    invokeNow: (id, json) => {
      if (python.ended) throw python.ended;
      try {
        return result(exports.python_invoke_now(id, ...put(json)));
      } catch (error) {
        throw over(error);
      }
    },
    complete: (number, text) => enterWith(entries.complete, number, text),
  });
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
