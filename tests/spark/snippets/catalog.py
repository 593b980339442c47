# --- databases
spark.sql("create database d comment 'c'")
[spark.catalog.currentDatabase(), [d.name for d in spark.catalog.listDatabases()], spark.catalog.databaseExists("d"), spark.catalog.databaseExists("nope")]
# --- tables
spark.range(1).write.format("parquet").saveAsTable("t")
spark.range(1).createOrReplaceTempView("v")
[[t.name, t.isTemporary, t.tableType, t.namespace] for t in spark.catalog.listTables()]
# --- tableExists
spark.range(1).write.format("parquet").saveAsTable("t")
[spark.catalog.tableExists("t"), spark.catalog.tableExists("default.t"), spark.catalog.tableExists("nope"), spark.catalog.tableExists("t", "default")]
# --- listColumns
spark.createDataFrame([(1, "a")], "id int, name string").createOrReplaceTempView("v")
[[c.name, c.dataType, c.nullable, c.isPartition] for c in spark.catalog.listColumns("v")]
# --- dropTempView
spark.range(1).createOrReplaceTempView("v")
[spark.catalog.dropTempView("v"), spark.catalog.dropTempView("v")]
# --- dropGlobalTempView
spark.range(1).createOrReplaceGlobalTempView("g")
[spark.catalog.dropGlobalTempView("g"), spark.catalog.dropGlobalTempView("g")]
# --- functionExists and getFunction
[spark.catalog.functionExists("upper"), spark.catalog.functionExists("nope")]
# --- setCurrentDatabase of an unknown one
spark.catalog.setCurrentDatabase("nope")
# --- getTable
spark.range(1).createOrReplaceTempView("v")
t = spark.catalog.getTable("v")
[t.name, t.tableType, t.isTemporary]
# --- getDatabase
d = spark.catalog.getDatabase("default")
[d.name, d.catalog]
# --- cacheTable
spark.range(1).createOrReplaceTempView("v")
spark.catalog.cacheTable("v")
a = spark.catalog.isCached("v")
spark.catalog.uncacheTable("v")
[a, spark.catalog.isCached("v")]
# --- clearCache and refreshTable
spark.catalog.clearCache()
spark.range(1).write.format("parquet").saveAsTable("t")
spark.catalog.refreshTable("t")
# --- listTables of an unknown database
spark.catalog.listTables("nope")
# --- currentCatalog
[spark.catalog.currentCatalog()]
# --- conf
spark.conf.set("spark.my.own", "5")
[spark.conf.get("spark.my.own"), spark.conf.get("spark.nothing", "d"), spark.conf.get("spark.sql.shuffle.partitions") is not None]
# --- conf of an unknown key
spark.conf.get("spark.nothing")
# --- conf of kinds
spark.conf.set("spark.my.own", 5)
a = spark.conf.get("spark.my.own")
spark.conf.set("spark.my.own", True)
[a, spark.conf.get("spark.my.own")]
# --- conf unset
spark.conf.set("spark.my.own", "5")
spark.conf.unset("spark.my.own")
spark.conf.get("spark.my.own", "gone")
# --- conf of a wrong value
spark.conf.set("spark.sql.shuffle.partitions", "many")
# --- static conf
spark.conf.set("spark.sql.warehouse.dir", "/x")
# --- isModifiable
[spark.conf.isModifiable("spark.sql.shuffle.partitions"), spark.conf.isModifiable("spark.driver.memory")]
# --- time zone conf
spark.conf.get("spark.sql.session.timeZone")
# --- session builder gives the same session
SparkSession.builder.appName("x").getOrCreate() is spark
# --- spark context
[spark.sparkContext.version, spark.sparkContext.appName is not None]
# --- broadcast variables and accumulators
b = spark.sparkContext.broadcast([1, 2])
b.value
# --- getActiveSession
SparkSession.getActiveSession() is not None
# --- createTable
spark.catalog.createTable("t", schema=T.StructType([T.StructField("id", T.IntegerType())]), source="parquet").columns
# --- Error types
import pyspark.errors
try:
    spark.table("nope")
except pyspark.errors.AnalysisException as e:
    r = [e.getCondition(), e.getSqlState(), e.getErrorClass(), sorted(e.getMessageParameters().items())]
r
# --- error class of utils
from pyspark.sql.utils import AnalysisException
try:
    spark.range(1).select("nope")
except AnalysisException as e:
    r = str(e).split(".")[0]
r
# --- parse exception class
from pyspark.errors import ParseException
try:
    spark.sql("selec")
except ParseException as e:
    r = [e.getCondition(), e.getSqlState()]
r
# --- desc of an exception
from pyspark.errors import AnalysisException
try:
    spark.sql("select x")
except AnalysisException as e:
    r = e.desc.split(";")[0] if hasattr(e, "desc") else None
r
