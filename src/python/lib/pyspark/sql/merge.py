"""`df.mergeInto(table, condition)`: Spark's own way to merge."""

from pyspark._connect import request
from pyspark.errors import wrong_type
from pyspark.sql.column import Column


class MergeIntoWriter:
    def __init__(self, df, table, condition):
        if not isinstance(condition, Column):
            raise wrong_type("NOT_COLUMN", "condition", condition)
        self._df = df
        self._table = table
        self._condition = condition
        self._clauses = []
        self._evolution = False

    def whenMatched(self, condition=None):
        return _When(self, "matched", condition)

    def whenNotMatched(self, condition=None):
        return _When(self, "notMatched", condition)

    def whenNotMatchedBySource(self, condition=None):
        return _When(self, "notMatchedBySource", condition)

    def withSchemaEvolution(self):
        self._evolution = True
        return self

    def merge(self):
        request(
            "merge",
            target={"table": self._table},
            source=self._df._handle,
            condition=self._condition._expr,
            clauses=self._clauses,
            schemaEvolution=self._evolution,
        )


class _When:
    def __init__(self, writer, kind, condition):
        self._writer = writer
        self._clause = {"when": kind, "condition": None if condition is None else condition._expr}

    def _do(self, action, assignments=None):
        clause = dict(self._clause, action=action)
        clause["assignments"] = None if assignments is None else [[k, v._expr] for k, v in assignments.items()]
        self._writer._clauses.append(clause)
        return self._writer

    def updateAll(self):
        return self._do("updateAll")

    def update(self, assignments):
        return self._do("update", assignments)

    def insertAll(self):
        return self._do("insertAll")

    def insert(self, assignments):
        return self._do("insert", assignments)

    def delete(self):
        return self._do("delete")
