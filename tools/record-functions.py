#!/usr/bin/env python3
"""Records what Spark answers to the expressions in tests/sql/functions.txt.

Each line is `expression <tab> value <tab> type`, or `expression <tab> ! error`; a leading `~ `
means spark.sql.ansi.enabled=false. Lines are kept in order; answers are replaced by Spark's.
Needs PySpark 4.0.1 and Java 17:  pip install pyspark==4.0.1 && tools/record-functions.py
"""

import re
import sys
from pathlib import Path

from pyspark.sql import SparkSession

FILE = Path(__file__).parent.parent / "tests" / "sql" / "functions.txt"


def escape(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def answer(spark, expression):
    try:
        frame = spark.sql("SELECT " + expression)
        kind = frame.schema[0].dataType.simpleString()
        value = frame._jdf.getRows(1, 0).apply(1).apply(0)
        return f"{escape(value)}\t{kind}"
    except Exception as error:
        text = re.split(r"\n== SQL|; line \d+ pos|\n\n?JVM|\(line \d+, pos", str(error))[0]
        return "! " + escape(text.strip())


def main():
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("OFF")
    out = []
    for line in FILE.read_text().splitlines():
        expression = line.split("\t")[0]
        if not expression or expression.startswith("#"):
            out.append(line)
            continue
        legacy = expression.startswith("~ ")
        spark.conf.set("spark.sql.ansi.enabled", str(not legacy).lower())
        out.append(f"{expression}\t{answer(spark, expression.removeprefix('~ '))}")
    FILE.write_text("\n".join(out) + "\n")
    print(f"{len(out)} lines in {FILE}", file=sys.stderr)


main()
