// What the module `python` imports (src/python/browser.rs), and what python_loader.js fills in.
//
// `call` and `pause` may suspend the interpreter: with JavaScript Promise Integration they are async functions below
// the suspended stack; without it they answer at once.

/** Whether a running cell can let other work happen. */
export const suspends = typeof WebAssembly.Suspending === "function" && typeof WebAssembly.promising === "function";

/** Set by python_loader.js: memory of the module, and the program around it. */
export const around = { memory: null, call: null, write: null, pause: null, stop: null, panic: null };

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const text = (pointer, length) => decoder.decode(new Uint8Array(around.memory.buffer, pointer, length));

// Calls come one in another (a batch's function while a cell waits) and must end in that order: the memory that they
// use is one stack.
let depth = 0;
let ended = () => {};
let end = Promise.resolve();

/** Which start of the program this is. What an earlier one left suspended never goes on. */
let life = 0;

/** The program begins with new memory: nothing is under way. */
export function begin() {
  life += 1;
  depth = 0;
}

/** Runs an export, which may be suspended, above those that are. */
export async function nested(run) {
  const own = life;
  depth += 1;
  try {
    return await run();
  } finally {
    if (own === life) {
      depth -= 1;
      ended();
      end = new Promise((resolve) => (ended = resolve));
    }
  }
}

/** What comes once `promise` has its value and the calls above have ended. */
async function afterwards(promise, then) {
  const [own, to] = [life, depth];
  const value = await promise;
  while (own === life && depth > to) await end;
  return own === life ? then(value) : new Promise(() => {});
}

let answer = new Uint8Array();

function keep(reply) {
  answer = encoder.encode(reply);
  return answer.length;
}

function ask(pointer, length) {
  const reply = around.call(text(pointer, length));
  return reply instanceof Promise ? afterwards(reply, keep) : keep(reply);
}

function rest() {
  const stop = around.pause();
  return stop instanceof Promise ? afterwards(stop, Number) : Number(stop);
}

const suspending = (f) => (suspends ? new WebAssembly.Suspending(f) : f);

export const call = suspending(ask);
export const pause = suspending(rest);

/** For calls that can't be suspended: what would wait is refused. */
export function call_now(pointer, length) {
  const reply = around.call(text(pointer, length));
  if (!(reply instanceof Promise)) return keep(reply);
  const message = "A function that Spark calls for rows can't wait: sleep and awaitTermination belong to cells.";
  return keep(JSON.stringify({ error: { class: "UnsupportedOperationException", message } }));
}

export const stop = () => (around.stop() ? 1 : 0);

export function take(pointer) {
  new Uint8Array(around.memory.buffer, pointer, answer.length).set(answer);
}

export function write(stream, pointer, length) {
  around.write(stream, text(pointer, length));
}

/** The interpreter itself fails; its last word. */
export function panicked(pointer, length) {
  around.panic = text(pointer, length);
}

export const now = () => Date.now();

export const entropy = () => crypto.getRandomValues(new Uint32Array(1))[0];
