/**
 * `window.multihop`: the session of a page that runs Multihop, for scripts of the same site: a lab that prepares
 * files, opens a notebook, and checks what came of it.
 *
 * It is there once the page's program runs; requests that come before the engine is ready wait for it.
 */
export interface Multihop {
  /** Settles when the engine answers. */
  readonly ready: Promise<void>;

  /**
   * Runs a cell in the session of the open notebook (or of the one that the page opens first): its Python has the
   * names that earlier cells defined. A source may begin with a magic (`%sql`); then that is its language.
   *
   * A cell that fails is told in `error`; the promise fails only if there is no engine to run it. A result that
   * shows a stream is taken once its sources are drained, and the stream is stopped.
   */
  run(source: string, language?: "python" | "sql" | "fs"): Promise<CellResult>;

  /** Runs SQL statements, and gives the rows of the last. @throws MultihopError */
  sql(statements: string): Promise<Rows>;

  /**
   * Shows a notebook: one of the workspace by its path, or a file (`.py`, `.sql`, `.ipynb`) that is added to it. What a
   * person changed in a file's notebook on an earlier visit is shown as they left it. Gives its path.
   */
  openNotebook(notebook: string | File): Promise<string>;

  /**
   * Puts a file at a path under `dbfs:/`, in the place of one that is there; streams that watch the directory take
   * it up. Auto Loader ignores a path that it has seen before, as on Spark. @throws MultihopError
   */
  putFile(path: string, content: string | Blob | BufferSource): Promise<void>;

  /** What lies directly in a directory, as `dbutils.fs.ls` lists it. @throws MultihopError */
  listFiles(path: string): Promise<FileInfo[]>;

  /** A file's bytes. @throws MultihopError */
  readFile(path: string): Promise<Uint8Array>;

  /** All tables and views. */
  tables(): Promise<TableInfo[]>;

  /**
   * A table as a file: `delta`, a ZIP of its directory with the transaction log, which other engines open; or its
   * rows as `parquet` or `csv`. @throws MultihopError
   */
  exportTable(name: string, format?: "delta" | "parquet" | "csv"): Promise<Uint8Array>;

  /** Calls a function at every such event. Gives a function that ends it. */
  on<Name extends keyof Events>(name: Name, listener: (detail: Events[Name]) => void): () => void;
}

export interface Events {
  /** The engine answers; again after it was restarted. */
  ready: undefined;
  /** Something in Flow changed: at most about ten a second. */
  flow: Flow;
  /** A batch passed from one node of a pipeline to the next. */
  batch: { pipeline: string; edge: string; batchId: number; rows: number };
  /** A stream failed. */
  error: { query: string | null; error: MultihopError };
}

export interface Rows {
  columns: Column[];
  /**
   * A value for each column: numbers (BIGINT and DECIMAL beyond 2^53 lose digits), strings (dates and timestamps
   * too), booleans, null; arrays, objects for structs and maps.
   */
  rows: unknown[][];
}

export interface Column {
  name: string;
  /** Spark's name of its type: `array<struct<book_id:string>>`. */
  type: string;
}

/** What `multihop run --json` prints for a cell. */
export interface CellResult {
  language: string;
  source: string;
  status: "ok" | "error";
  /** What it printed. */
  stdout: string;
  results: Result[];
  error: { class: string; condition: string | null; message: string; line: number | null } | null;
  seconds: number;
}

export type Result =
  ({ kind: "table"; truncated: boolean; streaming: boolean } & Rows) | { kind: "html"; html: string };

export interface FileInfo {
  path: string;
  /** A directory's ends in `/`. */
  name: string;
  size: number;
  /** Milliseconds since 1970. */
  modificationTime: number;
}

export interface TableInfo {
  name: string;
  kind: "table" | "view";
  isStreaming: boolean;
}

/** An error with Spark's or Delta's condition. Its message is the one that Spark prints. */
export interface MultihopError extends Error {
  /** `AnalysisException`, `ParseException`, `EngineStopped`, … */
  class: string;
  condition: string | null;
  /** What to do about it. */
  hint: string | null;
  /** Where in the text, from 1. */
  line: number | null;
}

/** What the Flow view shows. More is in it than is promised here. */
export interface Flow {
  pipelines: {
    id: string;
    title: string;
    nodes: {
      id: string;
      lane: "Source" | "Bronze" | "Silver" | "Gold";
      name: string;
      state: "Absent" | "Ready" | "Busy" | "Failed";
      rows: number | null;
      files: number | null;
    }[];
    queries: {
      key: string;
      state: "NotStarted" | "Waiting" | "Running" | "Stopped" | "Finished" | "Failed";
      total_rows: number;
    }[];
  }[];
  storage: { used: number; capacity: number };
}

declare global {
  interface Window {
    readonly multihop: Multihop;
  }
}
