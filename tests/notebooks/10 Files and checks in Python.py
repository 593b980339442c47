# Databricks notebook source
import csv, io, os, shutil, tempfile

with open("/dbfs/mnt/beds.csv", "w", newline="") as file:
    writer = csv.DictWriter(file, fieldnames=["bed", "note"])
    writer.writeheader()
    writer.writerows([{"bed": "A", "note": 'sun, "full"'}, {"bed": "B", "note": "two\nlines"}, {"bed": "C", "note": None}])
print(dbutils.fs.head("dbfs:/mnt/beds.csv"))
with open("/dbfs/mnt/beds.csv", newline="") as file:
    print([row for row in csv.DictReader(file)])
print(list(csv.reader(io.StringIO("a;'b;c';\n"), delimiter=";", quotechar="'")), csv.Sniffer().sniff("a;b\n1;2\n").delimiter)

# COMMAND ----------

# MAGIC %md The driver's own disk is beside `dbfs:/`.

# COMMAND ----------

with open("/tmp/local.csv", "w") as file:
    file.write("id,name\n1,fern\n")
dbutils.fs.cp("file:/tmp/local.csv", "dbfs:/mnt/copied.csv")
print([f.path for f in dbutils.fs.ls("file:/tmp/")], os.path.exists("/dbfs/mnt/copied.csv"), os.listdir("/tmp"))
display(spark.read.option("header", True).csv("file:///tmp/local.csv").selectExpr("*", "_metadata.file_path"))
os.remove("/tmp/local.csv")
os.path.exists("/tmp/local.csv")

# COMMAND ----------

with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, "a.txt"), "w") as file:
        file.write("hi")
    shutil.copytree(folder, "/dbfs/mnt/copies")
print(os.path.exists(folder), os.listdir("/dbfs/mnt/copies"))
shutil.rmtree("/dbfs/mnt/copies")
open("/dbfs/mnt/copies/a.txt")

# COMMAND ----------

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

paris = ZoneInfo("Europe/Paris")
print(datetime(2024, 7, 1, 12, tzinfo=paris).utcoffset(), datetime(2024, 1, 1, 12, tzinfo=timezone.utc).astimezone(paris))
# Clocks showed 02:30 twice that night, and in March not at all.
night = datetime(2024, 10, 27, 0, 30, tzinfo=timezone.utc)
print([night.replace(hour=h).astimezone(paris).strftime("%H:%M %Z") for h in (0, 1, 2)])
print(datetime(2024, 3, 31, 2, 30, tzinfo=paris).astimezone(timezone.utc))
ZoneInfo("Europe/Nowhere")

# COMMAND ----------

import unittest


class BedsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.beds = spark.createDataFrame([("A", 3), ("B", 5)], "bed STRING, plants INT")

    def test_how_many_beds_there_are(self):
        self.assertEqual(self.beds.count(), 2)

    def test_an_unknown_column_is_refused(self):
        with self.assertRaisesRegex(Exception, "UNRESOLVED_COLUMN"):
            self.beds.select("soil")

    def test_the_plants_add_up(self):
        self.assertEqual([row.plants for row in self.beds.collect()], [3, 4])

    @unittest.skip("in spring")
    def test_what_grows(self):
        pass


program = unittest.main(argv=["ignored"], exit=False)
print(program.result.testsRun, program.result.wasSuccessful())

# COMMAND ----------

import subprocess
subprocess.run(["ls"])

# COMMAND ----------

from urllib.request import urlretrieve
urlretrieve("https://example.com/a.csv", "/tmp/a.csv")

# COMMAND ----------

import numpy as np

# COMMAND ----------

dbutils.jobs.taskValues.set(key="beds", value=3)
print(dbutils.jobs.taskValues.get(taskKey="first", key="beds", debugValue=0))
dbutils.jobs.taskValues.get(taskKey="first", key="beds", default=1)

# COMMAND ----------

# MAGIC %md A file of Python beside the notebook is a module.

# COMMAND ----------

from Includes.growth import taller
import Includes.growth as growth
print(taller(5), growth.__name__, growth.__file__)

# COMMAND ----------

import sys
sys.path.append(os.path.abspath("Includes"))
import growth
print(growth.taller(1, by=2))
import Garden

# COMMAND ----------

display(spark.catalog.listDatabases())

# COMMAND ----------

import sys

sys.exit("Nothing more to check")

# COMMAND ----------

print("sys.exit fails its cell alone")
