#!/usr/bin/env python3
"""Records what PySpark answers to the snippets in tests/spark/snippets: `make record-spark [ONLY=name …]`.

Writes tests/spark/expected/<subject>.jsonl, a line for each snippet. The venv has PySpark 4.0.1; Java 17 runs it.
"""

import importlib.util
import logging
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

os.environ["TZ"] = "UTC"
time.tzset()

from pyspark.sql import SparkSession  # noqa: E402

HERE = Path(__file__).parent.parent / "tests" / "spark"


def harness():
    spec = importlib.util.spec_from_file_location("harness", HERE / "harness.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def session(root):
    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.extraJavaOptions", "-Duser.timezone=UTC -Dderby.system.home=" + root)
        .config("spark.sql.warehouse.dir", root + "/warehouse")
        .config("spark.sql.legacy.createHiveTableByDefault", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("OFF")
    # Errors are what is recorded; PySpark also logs them.
    logging.disable(logging.CRITICAL)
    return spark


def put(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def ls(path):
    # Hadoop's checksum files are the local file system's own.
    return [f + ("/" if os.path.isdir(path + "/" + f) else "") for f in os.listdir(path) if not f.endswith(".crc")]


def main():
    only = sys.argv[1:]
    root = tempfile.mkdtemp()
    os.chdir(root)
    try:
        spark = session(root)
        module = harness()
        runner = module.Runner(spark, root + "/snippets", put, ls)
        for file in sorted((HERE / "snippets").glob("*.py")):
            if only and file.stem not in only:
                continue
            lines = [runner.run(*snippet) for snippet in module.snippets(file.read_text())]
            (HERE / "expected" / (file.stem + ".jsonl")).write_text("".join(line + "\n" for line in lines))
            print(f"{file.stem}: {len(lines)} snippets", flush=True)
        spark.stop()
    finally:
        shutil.rmtree(root, ignore_errors=True)


main()
