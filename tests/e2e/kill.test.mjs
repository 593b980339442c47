// The engine may die at any moment: what was acknowledged is there, and nothing is there twice or half.
//
// KILLS=200 kills it that often, SEED=… does again what a run with that seed did; the moments themselves are as
// exact as the machine is. FILES=1000 and SEED=… damage other files.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { Dice, Mortal } from "./deaths.mjs";
import { expected, fixtures, press, untilEnabled, untilRows } from "./flow.mjs";
import { eventually, soon } from "./patience.mjs";
import { openSite } from "./site.mjs";

/** Kills in one workspace. */
const IN_ONE = 12;

const KILLS = Number(process.env.KILLS ?? IN_ONE);
const FILES = Number(process.env.FILES ?? 102);
const SEED = process.env.SEED ? Number(process.env.SEED) : null;

const DATASET = "dbfs:/mnt/demo-datasets/bookstore";

let site;
before(async () => (site = await openSite()));
after(() => site.close());

/** A table as it must be: the amounts by id, and how statements change them. */
class Ledger {
  rows = new Map();
  #last = 0;

  constructor(name, dice) {
    this.name = name;
    this.dice = dice;
  }

  /** A statement's text, and the rows that there are after it. */
  #step(text, change) {
    return { text, change };
  }

  insert(rows) {
    const number = ++this.#last;
    const start = 100_000 + number * 5_000;
    return this.#step(
      `INSERT INTO ${this.name} SELECT id, ${number} FROM range(${start}, ${start + rows})`,
      (ledger) => {
        for (let id = start; id < start + rows; id++) ledger.set(id, number);
      },
    );
  }

  merge() {
    const number = ++this.#last;
    const start = this.dice.below(6_000);
    const end = start + 5_000;
    const text = `MERGE INTO ${this.name} t USING (SELECT id, ${number} AS amount FROM range(${start}, ${end})) s
      ON t.id = s.id
      WHEN MATCHED AND t.id % 10 = ${number % 10} THEN DELETE
      WHEN MATCHED THEN UPDATE SET amount = t.amount + s.amount
      WHEN NOT MATCHED THEN INSERT (id, amount) VALUES (s.id, s.amount)`;
    return this.#step(text, (ledger) => {
      for (let id = start; id < end; id++) {
        if (!ledger.has(id)) ledger.set(id, number);
        else if (id % 10 === number % 10) ledger.delete(id);
        else ledger.set(id, ledger.get(id) + number);
      }
    });
  }

  update() {
    const number = ++this.#last;
    const rest = this.dice.below(5);
    const text = `UPDATE ${this.name} SET amount = amount + ${number} WHERE id % 5 = ${rest}`;
    return this.#step(text, (ledger) => {
      for (const [id, amount] of ledger) if (id % 5 === rest) ledger.set(id, amount + number);
    });
  }

  remove() {
    const rest = this.dice.below(11);
    return this.#step(`DELETE FROM ${this.name} WHERE id % 11 = ${rest}`, (ledger) => {
      for (const id of ledger.keys()) if (id % 11 === rest) ledger.delete(id);
    });
  }

  /** A statement that changes no row. */
  tidy(text) {
    return this.#step(text, () => {});
  }

  /** That the table is as it is after `done` of these steps, or in the middle of the next. Takes that over. */
  async check(mortal, steps, done) {
    const text = `SELECT count(*), count(DISTINCT id), sum(amount), sum(id * amount) FROM ${this.name}`;
    const [found] = await mortal.rows(text);
    const possible = [];
    for (const { change } of [{ change: () => {} }, ...steps]) {
      change(this.rows);
      possible.push(new Map(this.rows));
    }
    const allowed = possible.slice(done, done + 2);
    const sums = allowed.map((rows) => {
      let [sum, product] = [0, 0];
      for (const [id, amount] of rows) [sum, product] = [sum + amount, product + id * amount];
      return [rows.size, rows.size, sum, product];
    });
    const at = sums.findLastIndex((sums) => sums.every((sum, i) => sum === found[i]));
    assert.ok(at >= 0, `${this.name}: ${found} is none of ${sums.join(" or ")} after ${done} of ${steps.length} steps`);
    this.rows = allowed[at];
  }
}

/** A workspace that is worked in, and what must be in it. */
class World {
  constructor(seed) {
    this.dice = new Dice(seed);
    this.ledger = new Ledger("ledger", this.dice);
    this.tidied = new Ledger("tidied", this.dice);
    /** The number of each file's content. */
    this.files = new Map();
    this.lastFile = 0;
    /** Which of the engines runs the streams. */
    this.flowsIn = 0;
    /** What each version of each table counted when it was first seen. */
    this.counts = new Map();
  }

  async open() {
    this.mortal = await Mortal.open(site, { onDisk: this.dice.below(2) === 0 });
    // The first engine of a workspace, while it is made.
    await this.opening();
    for (const { name } of [this.ledger, this.tidied]) {
      await this.mortal.sql(`CREATE TABLE ${name} (id BIGINT, amount BIGINT)`);
    }
    for (const table of [this.ledger, this.tidied])
      await this.statements(table, [table.merge(), table.insert(500)], null);
  }

  way() {
    return this.dice.one(["worker", "crash", "crash"]);
  }

  moment(messages, ms) {
    return { messages: this.dice.below(messages), ms: this.dice.below(ms) };
  }

  /** Runs statements one after the other, and checks the table; `moment` is when the engine dies. */
  async statements(table, steps, moment) {
    const things = steps.map(({ text }) => ["sql", text]);
    let done = steps.length;
    if (moment) done = await this.mortal.dieDuring(things, moment, this.way());
    else for (const { text } of steps) await this.mortal.sql(text);
    await table.check(this.mortal, steps, done);
  }

  async merge() {
    const { ledger, dice } = this;
    const kinds = [() => ledger.merge(), () => ledger.merge(), () => ledger.update(), () => ledger.insert(500)];
    const steps = Array.from({ length: 6 }, () => dice.one(kinds)());
    await this.statements(ledger, steps, this.moment(12, 150));
  }

  async tidy() {
    const { tidied } = this;
    const steps = [
      tidied.insert(200),
      tidied.insert(200),
      tidied.remove(),
      tidied.tidy("OPTIMIZE tidied ZORDER BY (amount)"),
      tidied.tidy("SET spark.databricks.delta.retentionDurationCheck.enabled = false; VACUUM tidied RETAIN 0 HOURS"),
      tidied.remove(),
      tidied.insert(200),
      tidied.tidy("OPTIMIZE tidied"),
    ];
    await this.statements(tidied, steps, this.moment(16, 150));
  }

  /** Files are replaced and deleted until the journal is full of what is no more, and compacted while more comes. */
  async compact() {
    const things = [];
    const after = [new Map(this.files)];
    const files = new Map(this.files);
    for (let round = 0; round < 12; round++) {
      for (const [path, bytes] of [
        [`dbfs:/lab/replaced/${round % 3}`, 900_000],
        [`dbfs:/lab/kept/${this.dice.below(8)}`, 300_000],
      ]) {
        const number = ++this.lastFile;
        things.push(["put", path, number, bytes]);
        files.set(path, number);
        after.push(new Map(files));
      }
      if (round % 6 === 5) {
        things.push(["remove", "dbfs:/lab/replaced"]);
        for (const path of files.keys()) if (path.includes("/replaced/")) files.delete(path);
        after.push(new Map(files));
      }
    }
    const done = await this.mortal.dieDuring(things, this.moment(80, 200), this.way());
    const paths = [...files.keys(), ...[0, 1, 2].map((n) => `dbfs:/lab/replaced/${n}`)];
    const found = new Map();
    for (const path of new Set(paths)) {
      const number = await this.mortal.page.evaluate(async (path) => lab.numberOf(path), path);
      if (number !== null) found.set(path, number);
    }
    const text = (files) => JSON.stringify([...files].sort());
    const allowed = after.slice(done, done + 2);
    const at = allowed.findLastIndex((files) => text(files) === text(found));
    assert.ok(at >= 0, `files are ${text(found)}, not ${allowed.map(text).join(" or ")}, after ${done} steps`);
    this.files = allowed[at];
  }

  /** The streams of the pipeline die: when they start, in a batch, or when gold is made. */
  async batch() {
    const load = ["press", "Load new data"];
    let things = [load, ["press", "Start"]];
    if (this.dice.below(2) === 0 || this.flowsIn === this.mortal.lives) {
      await this.start();
      await this.untilFlowed();
      things = [this.dice.one([load, ["press", "Update gold"]])];
    }
    for (const [, label] of things) await untilEnabled(this.mortal.page, label);
    // Of gold that has nothing new, the engine tells twice.
    const messages = things[0] === load ? 4 : 3;
    await this.mortal.dieDuring(things, this.moment(messages, 150), this.way());
    await this.pipeline();
  }

  /** Starts the streams, unless this engine runs them. */
  async start() {
    if (this.flowsIn === this.mortal.lives) return;
    await press(this.mortal.page, "Start");
    this.flowsIn = this.mortal.lives;
  }

  /** Waits until all files that have arrived are in bronze, and so in silver. */
  async untilFlowed() {
    const { page } = this.mortal;
    const arrived = (await this.mortal.names(`${DATASET}/orders-raw`)).length;
    const { bronze, silver, gold } = await expected(arrived);
    await untilRows(page, "orders_bronze", bronze);
    await untilRows(page, "orders_silver", silver);
    return { bronze, silver, gold };
  }

  /** Starts the streams again: each order comes to be there once, and gold counts each once. */
  async pipeline() {
    const { mortal } = this;
    await this.start();
    const { bronze, silver, gold } = await this.untilFlowed();
    await press(mortal.page, "Update gold");
    await untilRows(mortal.page, "daily_customer_books", gold);
    const orders = async (table) => {
      const [row] = await mortal.rows(`SELECT count(*), count(DISTINCT order_id) FROM ${table}`);
      return row;
    };
    assert.deepEqual(await orders("orders_bronze"), [bronze, bronze]);
    assert.deepEqual(await orders("orders_silver"), [silver, silver]);
    const [[books]] = await mortal.rows("SELECT sum(quantity) FROM orders_silver");
    await eventually("gold counts each book once", async () => {
      const [[counted]] = await mortal.rows("SELECT sum(books_counts) FROM daily_customer_books");
      assert.equal(counted, books);
    });
  }

  async opening() {
    await this.mortal.dieOpening(this.moment(90, 60), this.way());
    const { page } = this.mortal;
    const notebooks = await page.evaluate(async () => {
      const error = await multihop.openNotebook("/None").catch((error) => error);
      return error.message;
    });
    assert.match(notebooks, /\/Includes\/Copy-Datasets, \/Multihop\/Multihop Architecture\./);
    for (const folder of ["customers-json", "orders-streaming"]) {
      const files = await this.mortal.names(`${DATASET}/${folder}`);
      assert.deepEqual(files.sort(), (await readdir(`${fixtures}/bookstore/${folder}`)).sort());
    }
  }

  /** Every version of every table opens, and is what it was when it was first seen. */
  async versions() {
    const { mortal, counts } = this;
    const tables = await mortal.page.evaluate(async () => {
      const tables = await multihop.tables();
      return tables.filter(({ kind, isStreaming }) => kind === "table" && !isStreaming).map(({ name }) => name);
    });
    for (const table of tables) {
      const history = await mortal.sql(`DESCRIBE HISTORY ${table}`);
      const column = (name) => history.columns.findIndex((column) => column.name === name);
      const versions = history.rows.map((row) => row[column("version")]);
      const vacuumed = history.rows.filter((row) => row[column("operation")] === "VACUUM START");
      const first = Math.max(0, ...vacuumed.map((row) => row[column("version")]));
      assert.deepEqual(
        versions,
        versions.map((_, at) => versions.length - 1 - at),
        `the versions of ${table}`,
      );
      for (const version of versions.filter((version) => version >= first)) {
        const [[count]] = await mortal.rows(`SELECT count(*) FROM ${table} VERSION AS OF ${version}`);
        const known = `${table} VERSION AS OF ${version}`;
        if (counts.has(known)) assert.equal(count, counts.get(known), known);
        counts.set(known, count);
      }
    }
  }

  /** All that isn't checked after each death. */
  async whole() {
    for (const table of [this.ledger, this.tidied]) await table.check(this.mortal, [], 0);
    await this.pipeline();
    await this.versions();
  }
}

const began = SEED ?? randomInt(2 ** 31);
for (let round = 0; round * IN_ONE < KILLS; round++) {
  const kills = Math.min(IN_ONE, KILLS - round * IN_ONE);
  const seed = began + round;
  test(`what was acknowledged is there, whole and once, after ${kills} deaths (SEED=${seed})`, async () => {
    const world = new World(seed);
    await world.open();
    let kinds = [];
    for (let kill = 1; kill < kills; kill++) {
      if (kinds.length === 0)
        kinds = world.dice.shuffled(["batch", "merge", "tidy", "compact", "batch", "merge", "opening"]);
      await world[kinds.pop()]();
      await world.versions();
    }
    await world.whole();
  });
}

for (const onDisk of [false, true]) {
  const window = onDisk ? "window" : "private window";
  test(`a full disk is told, loses nothing, and takes more once a table is dropped, in a ${window}`, async () => {
    const mortal = await Mortal.open(site, { onDisk });
    await mortal.ready();
    await mortal.limit(32 << 20);
    await mortal.sql("CREATE TABLE kept AS SELECT id FROM range(1000)");
    const fill = async (step) => {
      for (let filled = step; ; filled++) {
        // Numbers that don't compress: some megabytes of them.
        const text = `INSERT INTO hog SELECT ${filled} AS step, rand(${filled}) AS n FROM range(300000)`;
        const error = await mortal.sql(text).then(
          () => null,
          (error) => error,
        );
        assert.ok(error || filled < 50, "the disk is never full");
        if (error) return { filled, message: error.message };
      }
    };
    const check = async (kept, filled) => {
      assert.deepEqual(await mortal.rows("SELECT count(*), sum(id) FROM kept"), [kept]);
      const steps = await mortal.rows("SELECT step, count(*) FROM hog GROUP BY step ORDER BY step");
      assert.deepEqual(
        steps,
        Array.from({ length: filled }, (_, step) => [step, 300_000]),
      );
    };
    await mortal.sql("CREATE TABLE hog (step INT, n DOUBLE)");
    const { filled, message } = await fill(0);
    assert.ok(filled > 1, `${filled} commits had room`);
    const hog = "dbfs:/user/hive/warehouse/hog";
    assert.ok(message.includes(`No space left: ${hog}/`), message);
    assert.ok(message.includes(`Most room is taken by ${hog} (`), message);
    await check([1000, 499_500], filled);

    await mortal.page.reload();
    await mortal.ready();
    await check([1000, 499_500], filled);
    assert.match((await fill(filled)).message, /No space left/);

    await mortal.sql("DROP TABLE hog; CREATE TABLE hog (step INT, n DOUBLE)");
    await mortal.sql("INSERT INTO kept VALUES (1000), (2000); DELETE FROM kept WHERE id = 2000");
    const again = await fill(0);
    // Not all of it: what Chromium keeps for files that are half full is nobody else's.
    assert.ok(again.filled * 2 >= filled, `${again.filled} commits had room, ${filled} before: ${again.message}`);
    await mortal.page.reload();
    await mortal.ready();
    await check([1001, 500_500], again.filled);
  });
}

/** A file with some of its bytes changed, or a part of it missing or there twice. */
function damaged(bytes, dice) {
  const made = Buffer.from(bytes);
  const at = dice.below(made.length);
  const length = 1 + dice.below(Math.min(64, made.length - at));
  switch (dice.below(6)) {
    case 0:
      return made.subarray(0, at);
    case 1:
      return Buffer.concat([made.subarray(0, at), made.subarray(at + length)]);
    case 2:
      return Buffer.concat([made.subarray(0, at + length), made.subarray(at)]);
    case 3:
      return made.fill(dice.below(256), at, at + length);
    default:
      for (let i = 0; i < length; i += 4) made[dice.below(made.length)] = dice.below(256);
      return made;
  }
}

test(`after each of ${FILES} damaged files the session answers, and tables are whole`, async (t) => {
  const dice = new Dice(SEED ?? 1);
  const mortal = await Mortal.open(site);
  await mortal.ready();
  await mortal.sql("CREATE TABLE kept AS SELECT id, id * 2 AS twice FROM range(1000)");
  const names = { parquet: "orders-raw/01.parquet", json: "books-cdc/01.json", csv: "books-csv/export_001.csv" };
  const kinds = Object.keys(names);
  const files = await Promise.all(kinds.map((kind) => readFile(`${fixtures}/bookstore/${names[kind]}`)));
  const told = { rows: 0, errors: 0, deaths: 0 };
  for (let n = 0; n < FILES; n++) {
    const kind = kinds[n % kinds.length];
    const content = damaged(files[n % kinds.length], dice).toString("base64");
    const path = `dbfs:/lab/damaged/${n}.${kind}`;
    const reading = mortal.page.evaluate(
      async ({ kind, path, content }) => {
        await multihop.putFile(
          path,
          Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0)),
        );
        return multihop.sql(`SELECT * FROM ${kind}.\`${path}\``).then(
          () => ({ what: "rows" }),
          (error) => ({ what: error.class === "EngineStopped" ? "deaths" : "errors", message: error.message }),
        );
      },
      { kind, path, content },
    );
    const { what, message } = await soon(`${path} is read`, reading);
    told[what] += 1;
    if (what === "deaths") {
      t.diagnostic(`the engine died of ${path}: ${message}`);
      await mortal.page.reload();
      await mortal.ready();
    }
    assert.deepEqual(await mortal.rows("SELECT 1"), [[1]], path);
  }
  t.diagnostic(
    `${FILES} damaged files: ${told.rows} gave rows, ${told.errors} an error, ${told.deaths} ended the engine`,
  );
  assert.deepEqual(await mortal.rows("SELECT count(*), sum(twice) FROM kept"), [[1000, 999_000]]);
});
