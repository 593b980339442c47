# --- inner on a name
a = spark.createDataFrame([(1, "x"), (2, "y")], ["id", "a"])
b = spark.createDataFrame([(1, "p"), (3, "q")], ["id", "b"])
a.join(b, "id")
# --- each kind
a = spark.createDataFrame([(1, "x"), (2, "y")], ["id", "a"])
b = spark.createDataFrame([(1, "p"), (3, "q")], ["id", "b"])
[sorted(map(str, a.join(b, "id", how).collect())) for how in ["inner", "left", "right", "outer", "full", "left_outer", "right_outer", "full_outer", "leftouter", "semi", "anti", "left_semi", "left_anti", "leftanti"]]
# --- schema of a left join
spark.range(2).join(spark.range(1).withColumn("x", lit(1)), "id", "left")
# --- schema of a full join
spark.range(2).join(spark.range(1).withColumn("x", lit(1)), ["id"], "full")
# --- on a condition
a = spark.createDataFrame([(1, "x"), (2, "y")], ["id", "a"])
b = spark.createDataFrame([(1, "p"), (3, "q")], ["bid", "b"])
a.join(b, a.id == b.bid, "left")
# --- on a condition with equal names
a = spark.createDataFrame([(1, "x"), (2, "y")], ["id", "a"])
b = spark.createDataFrame([(1, "p"), (3, "q")], ["id", "b"])
a.join(b, a.id == b.id).select(a.id, "a", "b")
# --- drop one of equal names
a = spark.createDataFrame([(1, "x")], ["id", "a"])
b = spark.createDataFrame([(1, "p")], ["id", "b"])
a.join(b, a["id"] == b["id"]).drop(b["id"])
# --- list of conditions
a = spark.createDataFrame([(1, 2, "x")], ["k", "l", "a"])
b = spark.createDataFrame([(1, 2, "p")], ["k", "l", "b"])
a.join(b, [a.k == b.k, a.l == b.l]).select(a.k, b.l, "a", "b")
# --- several names
a = spark.createDataFrame([(1, 2, "x")], ["k", "l", "a"])
b = spark.createDataFrame([(1, 2, "p")], ["k", "l", "b"])
a.join(b, ["k", "l"], "inner")
# --- crossJoin
spark.range(2).crossJoin(spark.range(2).withColumnRenamed("id", "j"))
# --- join without a condition
spark.range(2).join(spark.range(2).withColumnRenamed("id", "j"))
# --- aliases in a self join
df = spark.createDataFrame([(1, None), (2, 1)], "id int, boss int")
df.alias("e").join(df.alias("m"), col("e.boss") == col("m.id"), "left").select("e.id", col("m.id").alias("boss_id"))
# --- self join with the same DataFrame
df = spark.range(3)
[df.join(df, "id").count(), df.join(df, df.id == df.id).count()]
# --- nulls don't join
a = spark.createDataFrame([(None, 1), (1, 2)], "k int, v int")
[a.alias("x").join(a.alias("y"), col("x.k") == col("y.k")).count(), a.alias("x").join(a.alias("y"), col("x.k").eqNullSafe(col("y.k"))).count()]
# --- unequal condition
a = spark.createDataFrame([(1,), (5,)], ["x"])
b = spark.createDataFrame([(3,), (9,)], ["y"])
a.join(b, a.x < b.y)
# --- semi and anti keep the left columns
a = spark.createDataFrame([(1, "x"), (2, "y")], ["id", "a"])
b = spark.createDataFrame([(1, "p"), (1, "q")], ["id", "b"])
[a.join(b, a.id == b.id, "left_semi").collect(), a.join(b, a.id == b.id, "left_anti").collect()]
# --- unknown kind
spark.range(1).join(spark.range(1), "id", "sideways")
# --- unknown name
spark.range(1).join(spark.range(1), "nope")
# --- unknown column in condition
spark.range(1).join(spark.range(1).alias("b"), col("nope") == col("b.id"))
# --- using in SQL
spark.sql("select * from values (1, 'a') as l(id, x) join values (1, 'b') as r(id, y) using (id)")
# --- left join in SQL
spark.sql("select l.id, x, y from values (1, 'a'), (2, 'b') as l(id, x) left join values (1, 'c') as r(id, y) on l.id = r.id")
# --- equal names in SQL
spark.sql("select * from values (1, 'a') as l(id, x) join values (1, 'b') as r(id, y) on l.id = r.id")
# --- lateral view
spark.sql("select id, e from values (1, array(10, 20)) as t(id, l) lateral view explode(l) as e")
# --- lateral subquery
spark.sql("select t.id, s.d from values (1), (2) as t(id), lateral (select t.id * 2 as d) s")
# --- different types of keys
spark.createDataFrame([("1", "x")], ["id", "a"]).join(spark.createDataFrame([(1, "y")], ["id", "b"]), "id")
# --- three joins
a = spark.range(3)
b = a.withColumn("b", col("id") * 10)
c = a.withColumn("c", col("id") * 100)
a.join(b, "id").join(c, "id", "left").filter("id > 0")
# --- join with a broadcast hint
a = spark.range(3)
a.join(a.withColumn("x", lit(1)).hint("broadcast"), "id").count()
# --- union
spark.createDataFrame([(1, "a")], ["x", "y"]).union(spark.createDataFrame([(2, "b")], ["p", "q"]))
# --- union widens types
spark.createDataFrame([(1, "a")], "x int, y string").union(spark.createDataFrame([(2.5, "b")], "x double, y string"))
# --- union of different widths
spark.range(1).union(spark.createDataFrame([(1, 2)], ["a", "b"]))
# --- union of incompatible types
spark.createDataFrame([(1,)], "x int").union(spark.createDataFrame([([1],)], "x array<int>"))
# --- unionByName
spark.createDataFrame([(1, "a")], ["x", "y"]).unionByName(spark.createDataFrame([("b", 2)], ["y", "x"]))
# --- unionByName with missing columns
spark.createDataFrame([(1, "a")], ["x", "y"]).unionByName(spark.createDataFrame([(2, 3.5)], ["x", "z"]), allowMissingColumns=True)
# --- unionByName without a column
spark.createDataFrame([(1, "a")], ["x", "y"]).unionByName(spark.createDataFrame([(2, 3.5)], ["x", "z"]))
# --- intersect, subtract, exceptAll
a = spark.createDataFrame([(1,), (1,), (2,)], ["x"])
b = spark.createDataFrame([(1,), (3,)], ["x"])
[sorted(r.x for r in d.collect()) for d in [a.intersect(b), a.intersectAll(a), a.subtract(b), a.exceptAll(b), a.unionAll(b)]]
# --- set operations in SQL
spark.sql("select 1 a union select 1 union all select 2 except select 3")
# --- union in SQL keeps names
spark.sql("select 1 a, 'x' b union all select 2.5, 'y'")
