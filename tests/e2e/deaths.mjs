// Engines that die at moments that nobody chose, and how they come back.
//
// A worker that is ended from outside finishes the task that it is in (Chromium gives it two seconds); a process that
// crashes ends at whatever instruction it is at. Both happen here.

import assert from "node:assert/strict";
import { untilReady } from "./flow.mjs";
import { absent, eventually, soon } from "./patience.mjs";

/** How often the page starts a dead engine again by itself. */
const BY_ITSELF = 3;

/** Numbers that a seed decides. */
export class Dice {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to below `end`. */
  below(end) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  }

  one(of) {
    return of[this.below(of.length)];
  }

  shuffled(of) {
    const left = [...of];
    return of.map(() => left.splice(this.below(left.length), 1)[0]);
  }
}

/** In each page, before its own scripts: its workers, what they have said, and what the tests do. */
function prepare() {
  const Real = window.Worker;
  const lab = { workers: [], heard: 0, readies: 0, onHeard() {} };
  lab.ready = new Promise((resolve) => (lab.onReady = resolve));
  window.lab = lab;
  window.Worker = class extends Real {
    constructor(...args) {
      super(...args);
      lab.workers.push(this);
      this.addEventListener("message", ({ data }) => {
        lab.heard += 1;
        if (data.message?.Event?.event?.Ready) {
          lab.readies += 1;
          lab.onReady();
        }
        lab.onHeard();
      });
    }
  };

  /** Settles after so many more messages of the engine, and then so many milliseconds; sooner when all is done. */
  lab.moment = async ({ messages, ms }, done) => {
    const enough = lab.heard + messages;
    const heard = new Promise((resolve) => {
      lab.onHeard = () => lab.heard >= enough && resolve();
      lab.onHeard();
    });
    await Promise.race([heard, done]);
    const end = performance.now() + ms;
    while (performance.now() < end);
  };

  /** A content that its number decides, and that begins with it. */
  lab.content = (number, bytes) => {
    const words = new Uint32Array(bytes / 4);
    let state = number;
    for (let i = 0; i < words.length; i++) {
      words[i] = state;
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
    }
    return words;
  };

  /** The number of the content that a file has; null if there is no file, NaN if it isn't whole. */
  lab.numberOf = async (path) => {
    let bytes;
    try {
      bytes = await multihop.readFile(path);
    } catch (error) {
      if (error.condition === "PATH_NOT_FOUND") return null;
      throw error;
    }
    const found = new Uint32Array(bytes.slice().buffer);
    const whole = lab.content(found[0], bytes.length);
    return found.every((word, at) => word === whole[at]) ? found[0] : NaN;
  };

  const doing = {
    sql: (text) => multihop.sql(text),
    put: (path, number, bytes) => multihop.putFile(path, lab.content(number, bytes)),
    async remove(path) {
      const { error } = await multihop.run(`rm -r ${path}`, "fs");
      if (error) throw new Error(error.message);
    },
    press(label) {
      const buttons = [...document.querySelectorAll(".toolbar button")];
      buttons.find((button) => button.textContent.trim().startsWith(label)).click();
    },
  };

  /** Does things one after the other until the moment. Gives how many were acknowledged by then, and what failed. */
  lab.until = async (moment, things) => {
    let acknowledged = 0;
    let isOver = false;
    let failure = null;
    const work = (async () => {
      for (const [what, ...args] of things) {
        if (isOver) break;
        await doing[what](...args);
        if (!isOver) acknowledged += 1;
      }
    })();
    const ended = work.catch((error) => (failure = isOver ? null : String(error.stack)));
    // What is pressed is acknowledged before anything of it is done: its moment is not over with it.
    await lab.moment(moment, things.some(([what]) => what === "press") ? new Promise(() => {}) : ended);
    isOver = true;
    return { acknowledged, failure };
  };
}

/** A page over a workspace of its own, whose engine can be killed. */
export class Mortal {
  static async open(site, options) {
    const page = await site.newPage(options);
    const mortal = new Mortal(site, page.context());
    await mortal.context.addInitScript(prepare);
    await mortal.#show(page);
    return mortal;
  }

  constructor(site, context) {
    this.site = site;
    this.context = context;
    /** Counts engines: names the one that runs. */
    this.lives = 1;
  }

  async #show(page) {
    this.page = page;
    this.deaths = 0;
    await page.goto(this.site.url);
  }

  /** Waits until the engine answers. */
  async ready() {
    await untilReady(this.page);
    await absent(this.page.getByText("A part of this workspace is damaged."), { after: () => this.sql("SELECT 1") });
  }

  async sql(text) {
    return soon(
      `it is done: ${text.slice(0, 200)}`,
      this.page.evaluate((text) => multihop.sql(text), text),
    );
  }

  async rows(text) {
    return (await this.sql(text)).rows;
  }

  /** Lets the page's site have so many bytes and no more. */
  async limit(bytes) {
    const devtools = await this.context.newCDPSession(this.page);
    const { origin } = new URL(this.site.url);
    await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: bytes });
  }

  /** The names of what lies in a directory. */
  async names(path) {
    const files = this.page.evaluate(async (path) => multihop.listFiles(path), path);
    return (await soon(`${path} is listed`, files)).map(({ name }) => name);
  }

  /** Does things until a moment, and kills the engine then. Gives how many things had been acknowledged. */
  async dieDuring(things, moment, way) {
    const devtools = way === "crash" ? await this.context.newCDPSession(this.page) : null;
    const { acknowledged, failure } = await soon(
      `the moment comes, in ${JSON.stringify({ moment, way, things }).slice(0, 500)}`,
      this.page.evaluate(
        async ({ things, moment, way }) => {
          const told = await lab.until(moment, things);
          if (way !== "crash") lab.workers.at(-1).terminate();
          return { ...told };
        },
        { things, moment, way },
      ),
    );
    await this.#comeBack(way, devtools);
    assert.equal(failure, null, "what was done before the engine died");
    return acknowledged;
  }

  /** Kills the engine while it is being opened. */
  async dieOpening(moment, way) {
    if (way !== "crash") way = "reload";
    this.deaths = 0;
    await this.page.reload({ waitUntil: "commit" });
    const devtools = way === "crash" ? await this.context.newCDPSession(this.page) : null;
    await soon(
      `the moment comes while the engine is opened, ${JSON.stringify(moment)}`,
      this.page.evaluate((moment) => lab.moment(moment, lab.ready), moment),
    );
    await this.#comeBack(way, devtools);
  }

  async #comeBack(way, devtools) {
    this.lives += 1;
    if (way === "crash") {
      const crashed = this.page.waitForEvent("crash");
      devtools.send("Page.crash").catch(() => {});
      await crashed;
      const dead = this.page;
      await this.#show(await this.site.newTab(this.context));
      await dead.close();
    } else if (way === "reload" || ++this.deaths > BY_ITSELF) {
      this.deaths = 0;
      await this.page.reload();
    } else {
      const deaths = this.deaths;
      await eventually("the page has noticed and the next engine is ready", async () => {
        const { workers, readies } = await this.page.evaluate(() => ({ ...lab, workers: lab.workers.length }));
        assert.ok(workers > deaths && readies > deaths, `workers: ${workers}, ready: ${readies}`);
      });
    }
    await this.ready();
  }
}
