// Waiting: always for what a test needs, never for a time. tools/waits.mjs keeps it so.

import assert, { AssertionError } from "node:assert/strict";
import { inspect } from "node:util";

/** Longer than anything takes on a slow and busy machine, in milliseconds: only what is broken waits so long. */
export const PATIENCE = 90_000;

/**
 * Checks again and again until no assertion fails, and gives what `check` gave. `what` says, for when patience ends,
 * what was waited for; what was seen instead is what the assertion tells.
 */
export async function eventually(what, check) {
  const start = Date.now();
  for (;;) {
    try {
      return await check();
    } catch (error) {
      const waited = Date.now() - start;
      const isOver = waited > PATIENCE || !(error instanceof AssertionError);
      if (isOver) {
        const seen = error.generatedMessage === false ? `; seen: ${inspect(error.actual)}` : "";
        const message = `waited ${Math.round(waited / 1000)} s until ${what}: ${error.message}${seen}`;
        error.stack = error.stack?.replace(error.message, () => message);
        error.message = message;
        throw error;
      }
    }
    await new Promise((resume) => setTimeout(resume, 100));
  }
}

/**
 * That something is not there. Before all that could bring it has happened, that means nothing: `after` is what
 * happens last, a locator that is waited for or something to do.
 */
export async function absent(locator, { after }) {
  await (typeof after === "function" ? after() : after.waitFor());
  assert.equal(await locator.count(), 0, `${locator} is there`);
}

/** Waits until nothing moves or fades on the page any more; what turns for ever doesn't count. */
export async function settled(page) {
  await page.evaluate(async () => {
    const frame = () => new Promise((resume) => requestAnimationFrame(resume));
    const moving = () =>
      document
        .getAnimations()
        .filter((animation) => Number.isFinite(animation.effect?.getComputedTiming().endTime))
        .filter((animation) => animation.playState === "running");
    // What happened just now may begin to move in the next frame only.
    await frame();
    await frame();
    for (let found = moving(); found.length > 0; found = moving()) {
      await Promise.allSettled(found.map((animation) => animation.finished));
      await frame();
    }
  });
}

/** Waits until the page has nothing left to do: what it does in small pieces is done. */
export async function idle(page) {
  await settled(page);
  await page.evaluate(async () => {
    await new Promise((resume) => requestIdleCallback(resume));
  });
}

/** What a promise gives; an error if it gives nothing as long as anything takes. `what` says what was waited for. */
export async function soon(what, promise) {
  let timer;
  // Made here, where it can tell who waits.
  const error = new Error(`waited ${PATIENCE / 1000} s until ${what}`);
  const never = new Promise((_, reject) => {
    timer = setTimeout(() => reject(error), PATIENCE);
  });
  try {
    return await Promise.race([promise, never]);
  } finally {
    clearTimeout(timer);
  }
}

/** Closes a page that is open longer than any test takes, so that a test which hangs fails. */
export function limit(context) {
  const minutes = 20;
  const timer = setTimeout(() => {
    console.error(`A page is closed after ${minutes} minutes: what its test waits for doesn't come.`);
    context.close();
  }, minutes * 60_000);
  context.on("close", () => clearTimeout(timer));
}
