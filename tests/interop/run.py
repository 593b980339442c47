"""Other engines read the Delta tables that a run of the bookstore pipeline wrote to disk, and those of a saved workspace.

    python run.py MULTIHOP        MULTIHOP is the native program; `make test-interop` does it all

Each table is read at each of its versions, and must give the rows that Multihop itself gives:
  delta-rs  the log and the data, column mapping included (its DataFusion reader)
  Polars    its own parquet reader over delta-rs's log; it refuses column mapping, so not orders_bronze
  DuckDB    its own parquet reader over the files that the log names: it must count as many rows
"""

import datetime
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from decimal import Decimal

import duckdb
import polars
import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

TABLES = ["orders_bronze", "orders_silver", "daily_customer_books"]

# What SQL does to tables, a version a statement.
CHANGES = """
CREATE TABLE changed (id INT NOT NULL, v STRING, p STRING) PARTITIONED BY (p) TBLPROPERTIES (delta.enableChangeDataFeed = true);
INSERT INTO changed SELECT CAST(id AS INT), concat('v', id), CAST(id % 3 AS STRING) FROM range(100);
ALTER TABLE changed ADD CONSTRAINT small CHECK (id < 1000);
UPDATE changed SET v = upper(v) WHERE id % 10 = 0;
DELETE FROM changed WHERE id > 90 OR p = '2';
MERGE INTO changed t USING (SELECT CAST(id AS INT) AS id, 'merged' AS v, '1' AS p FROM range(80, 120)) s ON t.id = s.id
  WHEN MATCHED AND s.id % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *
  WHEN NOT MATCHED BY SOURCE AND t.id < 5 THEN UPDATE SET v = 'alone';
INSERT INTO changed VALUES (500, 'x', '0');
OPTIMIZE changed ZORDER BY (id);
RESTORE TABLE changed TO VERSION AS OF 3;
CREATE TABLE renamed AS SELECT CAST(id AS INT) AS id, CAST(id AS STRING) AS v FROM range(5);
ALTER TABLE renamed SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name');
ALTER TABLE renamed RENAME COLUMN v TO value;
INSERT INTO renamed VALUES (9, 'nine');
CREATE TABLE copied DEEP CLONE changed;
DELETE FROM copied WHERE id = 1;
CREATE TABLE clustered (id INT, d DATE DEFAULT current_date(), v STRING) CLUSTER BY (d, id) TBLPROPERTIES (delta.feature.allowColumnDefaults = 'supported');
INSERT INTO clustered VALUES (1, '2024-01-02', 'a'), (2, '2024-01-01', 'b');
INSERT INTO clustered SELECT CAST(id AS INT), date_add(DATE '2024-01-01', CAST(id AS INT)), 'c' FROM range(50);
OPTIMIZE clustered;
ALTER TABLE clustered CLUSTER BY (v);
INSERT INTO clustered VALUES (100, '2024-02-01', 'd');
INSERT INTO clustered VALUES (101, '2024-02-01', 'e');
INSERT INTO clustered VALUES (102, '2024-02-01', 'f');
INSERT INTO clustered VALUES (103, '2024-02-01', 'g');
INSERT INTO clustered VALUES (104, '2024-02-01', 'h');
INSERT INTO clustered VALUES (105, '2024-02-01', 'i');
OPTIMIZE clustered;
ALTER TABLE clustered CLUSTER BY NONE;
CREATE TABLE files (id BIGINT, v STRING, p STRING) USING PARQUET PARTITIONED BY (p) LOCATION '/user/hive/warehouse/converted';
INSERT INTO files SELECT id, concat('v', id), CASE WHEN id % 3 = 0 THEN NULL ELSE concat('x y', id % 3) END FROM range(20);
CONVERT TO DELTA parquet.`/user/hive/warehouse/converted` PARTITIONED BY (p STRING);
UPDATE converted SET v = 'new' WHERE id < 3;
"""
CHANGED = {"changed": 9, "renamed": 4, "copied": 2, "clustered": 13, "converted": 2}
UTC = datetime.timezone.utc


def multihop(program, *arguments):
    """Runs Multihop's command line and gives what it prints."""
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise RuntimeError(f"multihop {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def as_type(value, kind):
    """A value of Multihop's JSON as the Python value that Arrow gives for the type."""
    if value is None:
        return None
    if pa.types.is_timestamp(kind):
        moment = datetime.datetime.fromisoformat(value.replace("Z", "+00:00").replace(" ", "T", 1))
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if pa.types.is_date(kind):
        return datetime.date.fromisoformat(value)
    if pa.types.is_decimal(kind):
        return Decimal(str(value))
    if pa.types.is_floating(kind):
        return float(value)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [as_type(item, kind.value_type) for item in value]
    if pa.types.is_struct(kind):
        return {field.name: as_type(value.get(field.name), field.type) for field in kind}
    return value


def plain(value):
    """A value in a form that sorts and compares as text."""
    if isinstance(value, datetime.datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, (datetime.date, Decimal)):
        return str(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


def rows_of(rows):
    """Rows as a bag: order means nothing, how often a row is there does."""
    return Counter(json.dumps(plain(row), sort_keys=True, ensure_ascii=False) for row in rows)


def differences(ours, theirs):
    if ours == theirs:
        return None
    only_ours, only_theirs = ours - theirs, theirs - ours
    return (
        f"{sum(ours.values())} rows here, {sum(theirs.values())} there; "
        f"only here: {list(only_ours)[:2]}; only there: {list(only_theirs)[:2]}"
    )


def find_tables(folder):
    """Table name to folder: where a _delta_log is."""
    return {os.path.basename(path): path for path, folders, _ in os.walk(folder) if "_delta_log" in folders}


def versions_of(path):
    names = os.listdir(os.path.join(path, "_delta_log"))
    return sorted(int(name[:20]) for name in names if name.endswith(".json") and name[:20].isdigit())


def check(program, folder, name, path, version):
    """Gives what is wrong with a table's version, one line each, and what was read by whom."""
    table = DeltaTable(path, version=version)
    theirs = pa.table(QueryBuilder().register("t", table).execute("SELECT * FROM t").read_all())
    answer = multihop(
        program, "sql", "--dbfs", folder, "--format", "json", "--max-rows", "1000000", f"SELECT * FROM {name} VERSION AS OF {version}"
    )
    ours = [as_type(json.loads(line), pa.struct(list(theirs.schema))) for line in answer.splitlines() if line.strip()]
    bag = rows_of(ours)
    wrong, readers = [], ["delta-rs", "DuckDB"]
    if said := differences(bag, rows_of(theirs.to_pylist())):
        wrong.append(f"delta-rs: {said}")
    if "delta.columnMapping.mode" not in table.metadata().configuration:
        readers.append("Polars")
        if said := differences(bag, rows_of(polars.scan_delta(path, version=version).collect().to_dicts())):
            wrong.append(f"Polars: {said}")
    files = table.file_uris()
    counted = duckdb.sql("SELECT count(*) FROM read_parquet($1)", params=[files]).fetchall()[0][0] if files else 0
    if counted != len(ours):
        wrong.append(f"DuckDB: {counted} rows in the files, {len(ours)} here")
    return wrong, f"{len(ours)} rows, {', '.join(readers)}"


def main(program):
    passed, failed = 0, 0

    def report(what, wrong, note=""):
        nonlocal passed, failed
        if wrong:
            failed += 1
            print(f"FAILED {what}", *wrong, sep="\n  ", flush=True)
        else:
            passed += 1
            print(f"ok {what}: {note}", flush=True)

    with tempfile.TemporaryDirectory(prefix="multihop-") as folder:
        notebook = os.path.join(folder, "changes.sql")
        with open(notebook, "w", encoding="utf-8") as file:
            file.write(CHANGES)
        # A workspace, saved as a .zip; the others read what a person unpacks.
        workspace, changes = os.path.join(folder, "workspace"), os.path.join(folder, "changes")
        multihop(program, "run", notebook, "--dbfs", workspace)
        multihop(program, "workspace", "save", workspace, changes + ".zip")
        with zipfile.ZipFile(changes + ".zip") as saved:
            saved.extractall(changes)
        for name, count in CHANGED.items():
            path = find_tables(changes).get(name)
            versions = versions_of(path) if path else []
            report(f"{name} has its versions", [] if len(versions) == count else [f"{versions}"], f"{count} versions")
            for version in versions:
                try:
                    wrong, note = check(program, changes, name, path, version)
                except Exception as error:  # whatever the other engines raise is a finding
                    wrong, note = [f"{type(error).__name__}: {error}"], ""
                report(f"{name} version {version}", wrong, note)
        folder = os.path.join(folder, "bookstore")
        print(multihop(program, "bookstore", "--export", folder).strip())
        tables = find_tables(folder)
        for name in TABLES:
            path = tables.get(name)
            versions = versions_of(path) if path else []
            report(f"{name} is a Delta table", [] if versions else [f"no commits; found {sorted(tables)}"], f"{len(versions)} versions")
            for version in versions:
                try:
                    wrong, note = check(program, folder, name, path, version)
                except Exception as error:  # whatever the other engines raise is a finding
                    wrong, note = [f"{type(error).__name__}: {error}"], ""
                report(f"{name} version {version}", wrong, note)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
