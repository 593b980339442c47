# The end of the harness under Multihop: files are the session's, and commands have the columns that they have in Spark,
# not those that they keep on Databricks.

import contextlib


def put(path, text):
    # It prints how many bytes it wrote.
    with contextlib.redirect_stdout(io.StringIO()):
        dbutils.fs.put(path, text, True)


def ls(path):
    return [f.name for f in dbutils.fs.ls(path)]


spark.conf.set("spark.sql.legacy.keepCommandOutputSchema", "false")
RUNNER = Runner(spark, "/tmp/snippets", put, ls)
