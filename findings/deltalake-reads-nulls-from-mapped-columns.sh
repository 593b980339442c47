#!/usr/bin/env bash
# deltalake 1.6.6 (delta-rs for Python) opens a Delta table with column mapping, and DeltaTable.to_pyarrow_table() gives
# NULL for every value, without an error. The rows are counted right. QueryBuilder, in the same package, reads the values.
#
# The table is valid: reader version 2, mode "name", one Parquet file whose columns have the physical names of the schema
# (Delta's PROTOCOL.md, "Reader Requirements for Column Mapping"). Spark turns column mapping on for each table with a
# blank or a bracket in a column's name, so such tables are common.
#
# Expected: the values, or an error that says that column mapping isn't supported.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check deltalake==1.6.6 pyarrow==23.0.1
"$folder/venv/bin/python" - "$folder/table" <<'PYTHON'
import json, os, sys
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, QueryBuilder

table = sys.argv[1]
os.makedirs(f"{table}/_delta_log")

def column(name, physical, number, type):
    metadata = {"delta.columnMapping.id": number, "delta.columnMapping.physicalName": physical}
    return {"name": name, "type": type, "nullable": True, "metadata": metadata}

fields = [column("order id", "col-7f3a", 1, "long"), column("book", "col-90bc", 2, "string")]
arrow = pa.schema([
    pa.field("col-7f3a", pa.int64(), metadata={"PARQUET:field_id": "1"}),
    pa.field("col-90bc", pa.string(), metadata={"PARQUET:field_id": "2"}),
])
pq.write_table(pa.table({"col-7f3a": [1, 2, 3], "col-90bc": ["a", "b", "c"]}, schema=arrow), f"{table}/part-0.parquet")
actions = [
    {"protocol": {"minReaderVersion": 2, "minWriterVersion": 5}},
    {"metaData": {
        "id": "6d1c7f0e-0000-4000-8000-000000000001", "format": {"provider": "parquet", "options": {}},
        "schemaString": json.dumps({"type": "struct", "fields": fields}), "partitionColumns": [], "createdTime": 0,
        "configuration": {"delta.columnMapping.mode": "name", "delta.columnMapping.maxColumnId": "2"}}},
    {"add": {"path": "part-0.parquet", "partitionValues": {}, "size": os.path.getsize(f"{table}/part-0.parquet"),
             "modificationTime": 0, "dataChange": True, "stats": json.dumps({"numRecords": 3})}},
]
with open(f"{table}/_delta_log/{0:020d}.json", "w") as log:
    log.writelines(json.dumps(action) + "\n" for action in actions)

delta = DeltaTable(table)
direct = delta.to_pyarrow_table().to_pydict()
query = QueryBuilder().register("t", delta).execute('SELECT "order id", book FROM t ORDER BY 1')
asked = pa.table(query.read_all() if hasattr(query, "read_all") else query).to_pydict()
print("to_pyarrow_table:", direct)
print("QueryBuilder:    ", asked)
assert direct == {"order id": [None] * 3, "book": [None] * 3}, "to_pyarrow_table has changed"
assert asked == {"order id": [1, 2, 3], "book": ["a", "b", "c"]}, "QueryBuilder has changed"
PYTHON
