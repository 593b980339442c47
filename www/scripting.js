// window.multihop: the page's session for scripts and hosted labs. multihop.d.ts says what each function does.
//
// `page` is the page's program (src/page/scripting.rs). Its requests, replies and events are those of src/protocol.

/** What a request failed with. */
class MultihopError extends Error {
  constructor({ class: name, condition, message, details, hint, line }) {
    super(details || message);
    Object.assign(this, { name: "MultihopError", class: name, condition, hint, line });
  }
}

/** What the protocol's enums are: a name, and fields if there are any. */
const unfold = (value) => (typeof value === "string" ? [value, {}] : Object.entries(value)[0]);

const text = (bytes) => new TextDecoder().decode(bytes);

// A cell that no notebook has: what it shows goes to the script that runs it.
let lastCell = 1_000_000;

export function connect(page) {
  const listeners = new Map();
  const tell = (name, detail) => listeners.get(name)?.forEach((listener) => listener(detail));
  const cells = new Map();
  let isReady;
  const ready = new Promise((resolve) => (isReady = resolve));

  page.listen((told) => {
    const [kind, event] = unfold(told);
    switch (kind) {
      case "Ready":
        isReady();
        tell("ready");
        return tell("flow", event.flow);
      case "Flow":
        return tell("flow", event.flow);
      case "Batch":
        return tell("batch", {
          pipeline: event.pipeline,
          edge: event.edge,
          batchId: event.batch_id,
          rows: event.rows,
        });
      case "Failed":
        return tell("error", { query: event.query, error: new MultihopError(event.error) });
      case "Cell":
        return cells.get(event.cell)?.push(event.output);
    }
  });

  async function ask(kind, fields = {}, files = []) {
    const request = Object.keys(fields).length > 0 ? { [kind]: fields } : kind;
    try {
      const [reply, bytes] = await page.request(request, files);
      return { ...unfold(reply)[1], bytes };
    } catch (error) {
      throw error instanceof Error ? error : new MultihopError(error);
    }
  }

  const columnsOf = (relation) => relation.columns.map(({ name, data_type }) => ({ name, type: data_type }));

  /** An open relation's rows in a format, after which it is closed. */
  async function bytesOf({ handle }, format) {
    try {
      return (await ask("ExportRows", { handle, format })).bytes;
    } finally {
      await ask("CloseRelation", { handle });
    }
  }

  async function resultOf([kind, { relation, stream, ...shown }]) {
    if (kind !== "Table") return { kind: kind.toLowerCase(), ...shown };
    const rows = JSON.parse(text(await bytesOf(relation, "Json")));
    return { kind: "table", columns: columnsOf(relation), rows, truncated: false, streaming: stream !== null };
  }

  /** The open notebook's path, or that of the one which the page would open. */
  async function notebook() {
    return page.shownNotebook() || (await ask("Notebooks")).notebooks.at(-1).path;
  }

  async function run(source, language = "python") {
    const cell = ++lastCell;
    const shown = [];
    cells.set(cell, shown);
    const started = performance.now();
    const result = { language, source, status: "ok", stdout: "", results: [], error: null, seconds: 0 };
    const magic = /^\s*%/.test(source) ? "" : `%${language}\n`;
    try {
      const path = await notebook();
      const ended = await ask("RunCell", { notebook: path, cell, source: magic + source });
      if (ended.text !== undefined) shown.push({ Text: { text: `Notebook exited: ${ended.text}\n` } });
    } catch (error) {
      if (!(error instanceof MultihopError)) throw error;
      const line = error.line && magic ? error.line - 1 : (error.line ?? null);
      result.status = "error";
      result.error = { class: error.class, condition: error.condition ?? null, message: error.message, line };
    } finally {
      cells.delete(cell);
    }
    for (const output of shown.map(unfold)) {
      if (output[0] === "Text") result.stdout += output[1].text;
      else result.results.push(await resultOf(output));
    }
    result.seconds = (performance.now() - started) / 1000;
    return result;
  }

  async function sql(statements) {
    const { relation } = await ask("Sql", { text: statements });
    if (!relation) return { columns: [], rows: [] };
    return { columns: columnsOf(relation), rows: JSON.parse(text(await bytesOf(relation, "Json"))) };
  }

  async function tables() {
    const { relations } = await ask("Catalog");
    return relations.map(({ name, kind, is_streaming }) => ({
      name,
      kind: kind.toLowerCase(),
      isStreaming: is_streaming,
    }));
  }

  async function putFile(path, content) {
    await ask("PutFile", { path }, [new File([content], "content")]);
  }

  async function listFiles(path) {
    const { files } = await ask("ListDirectory", { path });
    return files.map((file) => ({
      path: file.full_path,
      name: file.path,
      size: file.size,
      modificationTime: file.modification_time_ms,
    }));
  }

  async function readFile(path) {
    return (await ask("ReadFile", { path })).bytes;
  }

  async function exportTable(name, format = "delta") {
    const rows = { parquet: "Parquet", csv: "Csv" }[format];
    if (rows) {
      const { relation } = await ask("OpenRelation", { relation: { Table: { name, version: null } } });
      return bytesOf(relation, rows);
    }
    if (format !== "delta") throw new TypeError(`exportTable knows delta, parquet and csv, not ${format}.`);
    const detail = await sql(`DESCRIBE DETAIL ${name}`);
    const location = detail.rows[0][detail.columns.findIndex((column) => column.name === "location")];
    const relation = { Directory: { path: location, format: "binaryFile" } };
    const { files } = await ask("Files", { relation, version: null });
    const { zipSync } = await import("./zip.js");
    const folder = location.split("/").filter(Boolean).at(-1);
    const entries = {};
    for (const { path, full_path } of files) {
      // Parquet is compressed already.
      entries[`${folder}/${path}`] = [await readFile(full_path), { level: path.endsWith(".parquet") ? 0 : 6 }];
    }
    return zipSync(entries);
  }

  function show(path) {
    page.showNotebook(path);
    return path;
  }

  async function openNotebook(notebook) {
    const { notebooks } = await ask("Notebooks");
    if (notebook instanceof Blob) {
      const name = notebook.name ?? "Notebook.py";
      const kept = `/${name.replace(/\.[^.]*$/, "")}`;
      if (notebooks.some(({ path }) => path === kept)) return show(kept);
      return show((await ask("ImportNotebook", { folder: "", name }, [notebook])).notebook.path);
    }
    if (!notebooks.some(({ path }) => path === notebook)) {
      const known = notebooks.map(({ path }) => path).join(", ");
      throw new RangeError(`There is no notebook ${notebook}. There are: ${known}.`);
    }
    return show(notebook);
  }

  function on(name, listener) {
    if (!["ready", "flow", "batch", "error"].includes(name)) {
      throw new TypeError(`There is no event ${name}: there are ready, flow, batch and error.`);
    }
    if (!listeners.has(name)) listeners.set(name, new Set());
    listeners.get(name).add(listener);
    return () => listeners.get(name).delete(listener);
  }

  return Object.freeze({
    ready,
    run,
    sql,
    openNotebook,
    putFile,
    listFiles,
    readFile,
    tables,
    exportTable,
    on,
  });
}
