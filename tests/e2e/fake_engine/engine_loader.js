// A stand-in for the engine, for looking at the page alone: it speaks the protocol of src/protocol with made-up
// data. Tests serve it in the place of engine_loader.js; it is never part of a built site.
//
// What it does can be chosen by name: a dropped `broken.parquet` is refused, `mine.json` fits nowhere, SQL that
// holds `oops` fails, `panic` panics; the table `big` has a million rows; a file above 1 MB lands until it is cancelled.

const now = () => Date.now();
// The protocol's enums are tagged from outside: {"Text": {"text": …}}.
const fold = ({ kind, ...fields }) => (Object.keys(fields).length > 0 ? { [kind]: fields } : kind);
const unfold = (value) => {
  const [kind, fields] = typeof value === "string" ? [value, {}] : Object.entries(value)[0];
  return { kind, ...fields };
};

const tell = (event) => self.postMessage({ message: { Event: { event: fold(event) } } });
const answer = (id, result, bytes) => self.postMessage({ message: { Reply: { id, result } }, bytes });

const error = (condition, message, more = {}) => ({
  condition,
  class: "AnalysisException",
  message,
  hint: null,
  details: `[${condition}] ${message}`,
  file: null,
  line: null,
  column: null,
  ...more,
});

const table = (name) => ({ Table: { name, version: null } });
const view = (name) => ({ View: { name } });
const directory = (name, format) => ({ Directory: { path: `dbfs:/mnt/demo-datasets/bookstore/${name}`, format } });
const node = (id, lane, kind, relation, more = {}) => ({
  id,
  lane,
  kind,
  name: id,
  relation,
  state: "Ready",
  rows: null,
  files: null,
  bytes: null,
  version: null,
  last_change_ms: null,
  ...more,
});
const edge = (from, to, query = null) => ({ id: `${from}>${to}`, from, to, query });
const query = (key, trigger, output_mode) => ({
  key,
  title: key,
  id: null,
  run_id: null,
  trigger,
  output_mode,
  state: "NotStarted",
  message: "Not started",
  batch_id: null,
  last_batch_rows: null,
  last_batch_ms: null,
  total_rows: 0,
  input_rows_per_second: null,
  processed_rows_per_second: null,
  error: null,
});

const absent = { state: "Absent" };
const bookstore = () => ({
  id: "bookstore",
  title: "Bookstore",
  is_custom: false,
  remaining_files: 7,
  points: [],
  nodes: [
    node("orders-raw", "Source", "Directory", directory("orders-raw", "parquet"), {
      files: 3,
      bytes: 131000,
      last_change_ms: now(),
    }),
    node("customers-json", "Source", "Directory", directory("customers-json", "json"), {
      files: 2,
      bytes: 412000,
      last_change_ms: now(),
    }),
    node("orders_raw_temp", "Bronze", "StreamingView", view("orders_raw_temp")),
    node("orders_tmp", "Bronze", "StreamingView", view("orders_tmp")),
    node("orders_bronze", "Bronze", "Table", table("orders_bronze"), absent),
    node("customers_lookup", "Silver", "View", view("customers_lookup")),
    node("orders_bronze_tmp", "Silver", "StreamingView", view("orders_bronze_tmp")),
    node("orders_enriched_tmp", "Silver", "StreamingView", view("orders_enriched_tmp")),
    node("orders_silver", "Silver", "Table", table("orders_silver"), absent),
    node("orders_silver_tmp", "Gold", "StreamingView", view("orders_silver_tmp")),
    node("daily_customer_books_tmp", "Gold", "StreamingView", view("daily_customer_books_tmp")),
    node("daily_customer_books", "Gold", "Table", table("daily_customer_books"), absent),
  ],
  edges: [
    edge("orders-raw", "orders_raw_temp"),
    edge("orders_raw_temp", "orders_tmp"),
    edge("orders_tmp", "orders_bronze", "orders_bronze"),
    edge("orders_bronze", "orders_bronze_tmp"),
    edge("customers-json", "customers_lookup"),
    edge("orders_bronze_tmp", "orders_enriched_tmp"),
    edge("customers_lookup", "orders_enriched_tmp"),
    edge("orders_enriched_tmp", "orders_silver", "orders_silver"),
    edge("orders_silver", "orders_silver_tmp"),
    edge("orders_silver_tmp", "daily_customer_books_tmp"),
    edge("daily_customer_books_tmp", "daily_customer_books", "daily_customer_books"),
  ],
  queries: [
    query("orders_bronze", "processingTime 0", "append"),
    query("orders_silver", "processingTime 0", "append"),
    query("daily_customer_books", "availableNow", "complete"),
  ],
  statements: [
    [
      "Auto Loader over orders-raw",
      'spark.readStream.format("cloudFiles")\n  .option("cloudFiles.format", "parquet")\n  .option("cloudFiles.schemaLocation", "dbfs:/mnt/demo/checkpoints/orders_raw")\n  .load("dbfs:/mnt/demo-datasets/bookstore/orders-raw")\n  .createOrReplaceTempView("orders_raw_temp")',
    ],
    [
      "orders_tmp",
      "CREATE OR REPLACE TEMPORARY VIEW orders_tmp AS (\n    SELECT\n        *,\n        current_timestamp(),\n        input_file_name() AS source_file\n    FROM orders_raw_temp\n)",
    ],
    [
      "orders_enriched_tmp",
      "CREATE OR REPLACE TEMPORARY VIEW orders_enriched_tmp AS (\n    SELECT order_id, quantity, o.customer_id, …\n    FROM orders_bronze_tmp AS o\n    INNER JOIN customers_lookup c\n    ON o.customer_id = c.customer_id\n    WHERE quantity > 0\n)",
    ],
  ],
});

let flow = { pipelines: [bookstore()], storage: { used: 543000, capacity: 2147483648 } };
const workspace = {
  id: "fake",
  name: "My workspace",
  life: "",
  not_kept: null,
  is_resumed: false,
  was_running: [],
  damaged_bytes: 0,
};
let versions = {};
const main = () => flow.pipelines[0];
const byId = (list, key, id) => list.find((item) => item[key] === id);
const changed = () => tell({ kind: "Flow", flow });

function point() {
  const rows = (id) => byId(main().nodes, "id", id).rows ?? 0;
  main().points.push({
    time_ms: now(),
    bronze: rows("orders_bronze"),
    silver: rows("orders_silver"),
    gold: rows("daily_customer_books"),
  });
}

async function batch(key, edgeId, rows, ms, gain) {
  const stream = byId(main().queries, "key", key);
  const target = byId(main().nodes, "id", key);
  Object.assign(stream, { state: "Running", message: "Processing new data" });
  target.state = "Busy";
  changed();
  await new Promise((resume) => setTimeout(resume, ms));
  if (stream.state !== "Running") return;
  versions[key] = (versions[key] ?? -1) + 1;
  Object.assign(stream, {
    state: "Waiting",
    message: "Waiting for next trigger",
    batch_id: (stream.batch_id ?? -1) + 1,
    last_batch_rows: rows,
    last_batch_ms: ms,
    total_rows: stream.total_rows + rows,
    input_rows_per_second: rows / 2,
    processed_rows_per_second: rows / (ms / 1000),
  });
  Object.assign(target, {
    state: "Ready",
    rows: gain(target.rows ?? 0),
    files: (target.files ?? 0) + 1,
    bytes: (target.bytes ?? 0) + rows * 41,
    version: versions[key],
    last_change_ms: now(),
  });
  flow.storage.used += rows * 60;
  tell({ kind: "Batch", pipeline: "bookstore", edge: edgeId, batch_id: stream.batch_id, rows });
  point();
  changed();
}

async function pass(files) {
  if (byId(main().queries, "key", "orders_bronze").state !== "Waiting") return;
  await batch("orders_bronze", "orders_tmp>orders_bronze", files * 1000, 420, (rows) => rows + files * 1000);
  await batch("orders_silver", "orders_enriched_tmp>orders_silver", files * 1000, 310, (rows) => rows + files * 942);
}

const ORDERS = [
  ["order_id", "string", false],
  ["order_timestamp", "bigint", true],
  ["customer_id", "string", false],
  ["quantity", "bigint", true],
  ["total", "int", true],
  ["books", "array<struct<book_id:string,quantity:int,subtotal:bigint>>", false],
  ["_rescued_data", "string", false],
].map(([name, data_type, is_numeric]) => ({ name, data_type, nullable: true, is_numeric }));
const TREE =
  "root\n |-- order_id: string (nullable = true)\n |-- order_timestamp: long (nullable = true)\n |-- customer_id: string (nullable = true)\n |-- quantity: long (nullable = true)\n |-- total: integer (nullable = true)\n |-- books: array (nullable = true)\n |    |-- element: struct (containsNull = true)\n |    |    |-- book_id: string (nullable = true)\n |    |    |-- quantity: integer (nullable = true)\n |    |    |-- subtotal: long (nullable = true)\n |-- _rescued_data: string (nullable = true)\n";

let lastHandle = 0;
const handles = new Map();
function open(named) {
  const relation = unfold(named);
  const name = relation.name ?? relation.path;
  const handle = ++lastHandle;
  const known = flow.pipelines
    .flatMap((pipeline) => pipeline.nodes)
    .map((it) => ({ ...it, relation: unfold(it.relation) }))
    .find((it) => it.relation.name === name || it.relation.path === name);
  const newest = versions[name] ?? 0;
  const rows =
    name === "big" ? 1000000 : relation.version != null ? (relation.version + 1) * 1000 : (known?.rows ?? 1700);
  handles.set(handle, rows);
  return {
    handle,
    name,
    kind: relation.kind === "Table" ? "Table" : relation.kind,
    columns: ORDERS,
    schema_tree: TREE,
    row_count: relation.kind === "View" ? null : rows,
    versions: relation.kind === "Table" ? [0, newest] : null,
  };
}
const text = (v) => ({ Text: String(v) });
function row(at) {
  const quantity = (at * 7) % 5;
  return [
    text(String(4243 + at).padStart(12, "0")),
    text(1657520256 + at * 37),
    text(`C${String((at * 31) % 1700).padStart(5, "0")}`),
    text(quantity),
    at % 9 === 4 ? "Null" : text(quantity * 24),
    {
      Nested: JSON.stringify([
        { book_id: `B${String((at % 12) + 1).padStart(2, "0")}`, quantity, subtotal: quantity * 24 },
        { book_id: "B09", quantity: 1, subtotal: null },
      ]),
    },
    "Null",
  ];
}

const progress = (key) => {
  const stream = byId(main().queries, "key", key);
  if (stream?.batch_id == null) return [];
  return [
    JSON.stringify({
      id: "e0f2…",
      runId: "91ab…",
      name: key,
      timestamp: new Date().toISOString(),
      batchId: stream.batch_id,
      numInputRows: stream.last_batch_rows,
      inputRowsPerSecond: stream.input_rows_per_second,
      processedRowsPerSecond: stream.processed_rows_per_second,
      durationMs: { addBatch: 210, triggerExecution: stream.last_batch_ms },
      sources: [
        {
          description: "CloudFilesSource[dbfs:/mnt/demo-datasets/bookstore/orders-raw]",
          startOffset: { seqNum: 2 },
          endOffset: { seqNum: 3 },
        },
      ],
      sink: { description: "DeltaSink[…]", numOutputRows: -1 },
    }),
  ];
};

const commit = (version) =>
  [
    {
      commitInfo: {
        timestamp: now(),
        operation: "STREAMING UPDATE",
        operationParameters: { outputMode: "Append", queryId: "e0f2", epochId: `${version}` },
        isolationLevel: "WriteSerializable",
        isBlindAppend: true,
      },
    },
    { txn: { appId: "e0f2", version, lastUpdated: now() } },
    {
      add: {
        path: "part-00000-5ba.c000.snappy.parquet",
        partitionValues: {},
        size: 41234,
        modificationTime: now(),
        dataChange: true,
        stats: '{"numRecords":1000,"minValues":{"quantity":0}}',
      },
    },
  ]
    .map((action) => JSON.stringify(action))
    .join("\n");

const LISTING = {
  "dbfs:/": ["mnt/", "user/"],
  "dbfs:/mnt/": ["demo/", "demo-datasets/"],
  "dbfs:/mnt/demo/": ["checkpoints/"],
  "dbfs:/user/": ["hive/"],
  "dbfs:/mnt/demo-datasets/": ["bookstore/"],
  "dbfs:/mnt/demo-datasets/bookstore/": ["customers-json/", "orders-raw/", "README.md"],
  "dbfs:/mnt/demo-datasets/bookstore/orders-raw/": ["01.parquet", "02.parquet", "03.parquet"],
};

const drops = new Map();
function preview(files) {
  const drop = drops.size + 1;
  const result = files.map(({ name, size }) => {
    const file = { name, size, format: "parquet", columns: ORDERS.slice(0, 6), rows: 1000, target: null, error: null };
    if (/broken|\.png|empty/.test(name)) {
      return {
        ...file,
        format: null,
        columns: [],
        rows: null,
        error: error("FAILED_READ_FILE.NO_HINT", `Encountered error while reading file ${name}.`, {
          class: "SparkException",
          file: name,
          hint: "The file is no parquet file: it does not end with PAR1. Perhaps it was cut off; copy it again.",
        }),
      };
    }
    if (/json/.test(name))
      return {
        ...file,
        format: "json",
        columns: [
          { name: "id", data_type: "bigint", nullable: true, is_numeric: true },
          { name: "title", data_type: "string", nullable: true, is_numeric: false },
        ],
      };
    return { ...file, target: "dbfs:/mnt/demo-datasets/bookstore/orders-raw" };
  });
  const waiting = result.some((file) => !file.target && !file.error);
  drops.set(drop, result);
  return {
    drop,
    files: result,
    new_pipeline: waiting
      ? {
          name: "mine",
          bronze_sql:
            "SELECT *, current_timestamp() AS arrival_time, input_file_name() AS source_file\nFROM mine_raw_temp",
          silver_sql: "SELECT *\nFROM mine_bronze_tmp\nWHERE id IS NOT NULL",
          gold_sql: "SELECT title, count(*) AS rows\nFROM mine_silver_tmp\nGROUP BY title",
        }
      : null,
  };
}

const cancelled = new Set();
const requests = {
  Flow: () => ({ kind: "Flow", flow }),
  async Start() {
    for (const stream of main().queries)
      if (stream.trigger !== "availableNow")
        Object.assign(stream, {
          state: "Waiting",
          message: "Initializing sources",
          id: "e0f2c1d4-1c1f-4a8e-9b8e-2f6f3f1f0c11",
          run_id: "91ab3c55-7d1c-4c0e-8e55-0a2b1c3d4e5f",
        });
    changed();
    pass(3);
  },
  async UpdateGold() {
    const silver = byId(main().nodes, "id", "orders_silver").rows ?? 0;
    batch("daily_customer_books", "daily_customer_books_tmp>daily_customer_books", silver, 600, () =>
      Math.round(silver * 0.61),
    ).then(() => {
      Object.assign(byId(main().queries, "key", "daily_customer_books"), { state: "Finished", message: "Stopped" });
      changed();
    });
  },
  LoadNewData({ all }) {
    if (main().remaining_files === 0) return { kind: "Text", text: "All files have arrived." };
    const files = all ? main().remaining_files : 1;
    main().remaining_files -= files;
    const source = byId(main().nodes, "id", "orders-raw");
    Object.assign(source, { files: source.files + files, bytes: source.bytes + files * 43600, last_change_ms: now() });
    changed();
    pass(files);
    return {
      kind: "Text",
      text: `${String(source.files).padStart(2, "0")}.parquet has arrived.`,
    };
  },
  Stop({ query: key }) {
    for (const stream of main().queries)
      if (!key || stream.key === key)
        if (["Waiting", "Running"].includes(stream.state))
          Object.assign(stream, { state: "Stopped", message: "Stopped" });
    changed();
  },
  Reset() {
    versions = {};
    flow = { ...flow, pipelines: [bookstore(), ...flow.pipelines.slice(1)] };
    changed();
  },
  DeletePipeline({ pipeline }) {
    flow = { ...flow, pipelines: flow.pipelines.filter((it) => it.id !== pipeline) };
    changed();
  },
  PreviewDrop: ({ files }) => ({ kind: "Drop", preview: preview(files) }),
  async LandDrop({ drop }, id) {
    const total = drops.get(drop).reduce((sum, file) => sum + file.size, 0);
    const isHuge = total > 1e6;
    for (let done = 1; done <= 20; done++) {
      if (cancelled.has(id)) throw error("CANCELLED", "The request was cancelled.", { class: "Cancelled" });
      tell({ kind: "Task", id, title: "Landing", done: (total * done) / 20, total, unit: "Bytes" });
      await new Promise((resume) => setTimeout(resume, isHuge ? 200 : 20));
      // A huge file never lands whole: it is there to be cancelled.
      if (isHuge) done = Math.min(done, 18);
    }
    const source = byId(main().nodes, "id", "orders-raw");
    source.files += 1;
    changed();
    pass(1);
  },
  CreatePipeline({ pipeline }) {
    if (/oops/.test(pipeline.silver_sql))
      throw error(
        "UNRESOLVED_COLUMN.WITH_SUGGESTION",
        "A column or function parameter with name `oops` cannot be resolved. Did you mean one of the following? [`id`, `title`].",
        { file: "silver_sql", line: 1, column: 8, hint: "Use a column of the bronze table." },
      );
    const mine = { ...bookstore(), id: pipeline.name, title: pipeline.name, is_custom: true, remaining_files: null };
    flow = { ...flow, pipelines: [...flow.pipelines, mine] };
    changed();
  },
  DiscardDrop() {},
  OpenRelation: ({ relation }) => {
    const { name } = unfold(relation);
    const known = flow.pipelines.flatMap((it) => it.nodes).find((it) => it.name === name);
    if (known?.state === "Absent")
      throw error(
        "TABLE_OR_VIEW_NOT_FOUND",
        `The table or view \`${name}\` cannot be found. Verify the spelling and correctness of the schema and catalog.`,
        { hint: "Start the streams: the first batch creates it." },
      );
    return { kind: "Relation", relation: open(relation) };
  },
  async FetchRows({ handle, offset, limit }) {
    const total = handles.get(handle) ?? 0;
    await new Promise((resume) => setTimeout(resume, 15));
    const count = Math.max(0, Math.min(limit, total - offset));
    return { kind: "Rows", offset, total, rows: Array.from({ length: count }, (_, at) => row(offset + at)) };
  },
  CloseRelation: ({ handle }) => void handles.delete(handle),
  History: ({ table: name }) => ({
    kind: "History",
    entries: Array.from({ length: (versions[name] ?? -1) + 1 }, (_, version) => ({
      version,
      timestamp_ms: now() - 1000 * version,
      operation: "STREAMING UPDATE",
      parameters: [
        ["outputMode", "Append"],
        ["queryId", "e0f2"],
        ["epochId", `${version}`],
      ],
      metrics: [
        ["numAddedFiles", "1"],
        ["numOutputRows", "1000"],
        ["numOutputBytes", "41234"],
      ],
      is_blind_append: true,
    })).reverse(),
  }),
  Commit: ({ version }) => ({ kind: "Text", text: commit(version) }),
  Files: ({ relation }) => ({
    kind: "Files",
    files: Array.from({ length: 4 }, (_, at) => ({
      path: relation.Table ? `part-0000${at}-5ba.c000.snappy.parquet` : `0${at + 1}.parquet`,
      full_path: `dbfs:/x/${at}`,
      size: 41234 + at,
      modification_time_ms: now(),
      rows: relation.Table ? 1000 : null,
      stats: relation.Table
        ? '{"numRecords":1000,"minValues":{"quantity":0},"maxValues":{"quantity":4},"nullCount":{"total":111}}'
        : null,
      is_quarantined: false,
    })),
  }),
  ListDirectory: ({ path }) => ({
    kind: "Files",
    files: (LISTING[path] ?? ["_delta_log/", "00000000000000000000.json"]).map((name) => ({
      path: name,
      full_path: path + name,
      size: name.endsWith("/") ? 0 : 43600,
      modification_time_ms: now() - 60000,
      rows: null,
      stats: null,
      is_quarantined: false,
    })),
  }),
  Progress: ({ query: key }) => ({ kind: "Texts", texts: progress(key) }),
  async Sql({ text: sql }) {
    if (/panic/.test(sql))
      return void tell({
        kind: "Panicked",
        message: "index out of bounds: the len is 3 but the index is 7 at src/sql/execute.rs:12",
      });
    if (/throw/.test(sql))
      setTimeout(() => {
        throw new Error("unreachable executed");
      });
    await new Promise((resume) => setTimeout(resume, 300));
    if (/oops/.test(sql))
      throw error(
        "UNRESOLVED_COLUMN.WITH_SUGGESTION",
        "A column or function parameter with name `oops` cannot be resolved. Did you mean one of the following? [`order_id`, `quantity`].",
        {
          line: 1,
          column: sql.indexOf("oops") + 1,
          hint: "Check the spelling, or list the columns with DESCRIBE.",
          details:
            "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column or function parameter with name `oops` cannot be resolved. SQLSTATE: 42703; line 1 pos 7;\n'Project ['oops]\n+- SubqueryAlias orders_bronze",
        },
      );
    return {
      kind: "Relation",
      relation: {
        ...open(table(/big/.test(sql) ? "big" : "result")),
        kind: "Result",
        versions: null,
      },
    };
  },
  Catalog: () => ({
    kind: "Catalog",
    relations: [
      ...main()
        .nodes.filter((it) => it.kind !== "Directory" && it.state !== "Absent")
        .map((it) => ({
          name: it.name,
          relation: it.relation,
          kind: it.kind === "Table" ? "Table" : "View",
          is_streaming: it.kind === "StreamingView",
        })),
      { name: "big", relation: table("big"), kind: "Table", is_streaming: false },
    ],
  }),
  ReadFile: () => ({ bytes: new TextEncoder().encode(commit(0)) }),
  Notebooks: () => ({
    kind: "Notebooks",
    notebooks: Object.keys(notebooks).map((path) => ({ path, language: "python" })),
  }),
  OpenNotebook: ({ path }) => ({
    kind: "Notebook",
    notebook: {
      path,
      language: "python",
      widgets: [],
      shown: [],
      cells: notebooks[path].map((source, at) => ({ id: at + 1, source, title: null })),
    },
  }),
  SaveNotebook({ path, cells }) {
    notebooks[path] = cells.map(({ source }) => source);
  },
  Complete: () => ({ kind: "Completions", items: [{ label: "orders_bronze", kind: "table", detail: "" }] }),
  async RunCell({ notebook, cell, source }, id) {
    if (/forever/.test(source)) {
      while (!cancelled.has(id)) await new Promise((resume) => setTimeout(resume, 20));
      throw error("CANCELLED", "Cancelled.", { class: "Cancelled" });
    }
    if (/oops/.test(source))
      throw error("UNRESOLVED_COLUMN", "A column with name `oops` cannot be resolved.", { line: 2, column: 8 });
    const relation = { ...open(table("result")), kind: "Result", versions: null };
    tell({ kind: "Cell", notebook, cell, output: { Text: { text: "printed\n" } } });
    tell({ kind: "Cell", notebook, cell, output: { Table: { relation, stream: null } } });
  },
  Cancel: ({ id }) => void cancelled.add(id),
};

// One as people have them, and a long one: 200 cells of 50 lines.
const notebooks = {
  "/Course/Long": Array.from({ length: 200 }, (_, cell) =>
    Array.from({ length: 50 }, (_, line) => `value_${cell}_${line} = "text" + str(${line})  # a comment`).join("\n"),
  ),
  "/Course/Short": [
    "%md\n# Orders\n\nText with **bold**, `code` and\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<script>alert(1)</script>",
    "%sql\nSELECT * FROM orders_bronze",
    "for order in range(3):\n    print(order)",
  ],
};

self.addEventListener("message", async ({ data: { message } }) => {
  const { id, request } = message;
  try {
    const asked = unfold(request);
    const reply = (await requests[asked.kind](asked, id)) ?? { kind: "Done" };
    if (reply.bytes) answer(id, { Ok: "Done" }, reply.bytes);
    else answer(id, { Ok: fold(reply) });
  } catch (failure) {
    answer(id, { Err: failure.condition ? failure : error("INTERNAL_ERROR", String(failure)) });
  }
});

// A stream that fails, when the page is opened as `#fail`: tests send this message.
self.addEventListener("message", ({ data }) => {
  if (data.fake === "fail") fail();
});
function fail() {
  const failure = error(
    "FAILED_READ_FILE.NO_HINT",
    "Encountered error while reading file dbfs:/mnt/demo-datasets/bookstore/orders-raw/bad.parquet.",
    {
      class: "StreamingQueryException",
      file: "bad.parquet",
      hint: "Remove the file, or set ignoreCorruptFiles, then start the stream again.",
    },
  );
  Object.assign(byId(main().queries, "key", "orders_bronze"), {
    state: "Failed",
    message: "Terminated with exception",
    error: failure,
  });
  byId(main().nodes, "id", "orders_bronze").state = "Failed";
  tell({ kind: "Failed", query: "orders_bronze", error: failure });
  changed();
}
requests.LandDrop = ((land) => async (request, id) => {
  await land(request, id);
  if (drops.get(request.drop).some((file) => file.name.includes("fail"))) fail();
})(requests.LandDrop);

(async () => {
  for (const [what, fraction] of [
    ["Loading the engine", 0.2],
    ["Loading the engine", 0.7],
    ["Preparing the bookstore", 0.95],
  ]) {
    tell({ kind: "Loading", what, fraction });
    await new Promise((resume) => setTimeout(resume, 250));
  }
  tell({ kind: "Ready", flow, workspace });
})();
