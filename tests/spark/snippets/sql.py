# --- select without from
spark.sql("select 1 as one, 'a' b, 2.5, true, null, current_database()")
# --- temp view and query
spark.createDataFrame([(1, "a"), (2, "b")], ["id", "name"]).createOrReplaceTempView("t")
spark.sql("select name, id * 2 as d from t where id > 1")
# --- create temp view in SQL
spark.sql("create or replace temp view v as select id, id * 2 as d from range(3)")
spark.table("v")
# --- create temp view twice
spark.range(1).createTempView("v")
spark.range(1).createTempView("v")
# --- global temp view
spark.range(2).createOrReplaceGlobalTempView("g")
spark.sql("select * from global_temp.g")
# --- drop a view
spark.range(1).createOrReplaceTempView("v")
spark.sql("drop view v")
spark.sql("select * from v")
# --- unknown table
spark.sql("select * from nope")
# --- unknown table by name
spark.table("nope")
# --- unknown schema
spark.sql("select * from nope.t")
# --- unknown column
spark.sql("select nope from range(1)")
# --- unknown column with suggestions
spark.createDataFrame([(1, "a")], ["order_id", "name"]).createOrReplaceTempView("t")
spark.sql("select order_idd from t")
# --- parse error
spark.sql("selec 1")
# --- parse error at the end
spark.sql("select 1 from")
# --- parse error in an expression
spark.range(1).filter("id >")
# --- parse error with a missing bracket
spark.sql("select (1 + 2")
# --- empty statement
spark.sql("")
# --- named parameters
spark.sql("select :a + 1 x, :b y", args={"a": 5, "b": "t"})
# --- positional parameters
spark.sql("select ? + 1 x, ? y", args=[5, "t"])
# --- a missing parameter
spark.sql("select :a", args={"b": 1})
# --- formatted with a DataFrame
spark.sql("select count(*) c from {df} where id > {n}", df=spark.range(5), n=2)
# --- CTE
spark.sql("with a as (select 1 x), b as (select x + 1 y from a) select * from a, b")
# --- subqueries
spark.sql("select id, (select max(id) from range(5)) m from range(3) where id in (select id * 2 from range(2)) and exists (select 1 from range(1))")
# --- correlated subquery
spark.sql("select id, (select count(*) from range(5) r where r.id < o.id) c from range(3) o")
# --- scalar subquery with two rows
spark.sql("select (select id from range(2)) x")
# --- case
spark.sql("select id, case when id = 0 then 'z' when id = 1 then 'o' end w, case id when 2 then 't' else 'x' end v from range(3)")
# --- values
spark.sql("values (1, 'a'), (2, 'b')")
# --- values with names
spark.sql("select * from values (1, 'a'), (2, null) as t(id, name)")
# --- order by nulls, in order
spark.sql("select * from values (1), (null), (3) as t(x) order by x desc nulls first")
# --- limit and offset, in order
spark.sql("select id from range(10) order by id limit 2 offset 3")
# --- distinct and aliases
spark.sql("select distinct id % 2 as m from range(5)")
# --- star except
spark.sql("select * except (b) from values (1, 2, 3) as t(a, b, c)")
# --- qualified star
spark.sql("select t.*, u.y from values (1) as t(x) cross join values (2) as u(y)")
# --- comments
spark.sql("select 1 -- one\n, /* two */ 2")
# --- strings and escapes
spark.sql(r"""select 'it''s' a, "double" b, 'a\nb' c, r'a\nb' d, '\u0041' e, 'x' 'y' f""")
# --- numbers
spark.sql("select 1L a, 1S b, 1Y c, 1.5BD d, 1.5F e, 1e3 f, 10000000000 g, .5 h, -3 i")
# --- casts
spark.sql("select cast('1' as int) a, int('2') b, '3'::int c, try_cast('x' as int) d, cast(1 as string) e, cast(1.7 as int) f, cast('2024-01-01' as date) g, cast(true as int) h, cast(null as int) i, cast('true' as boolean) j")
# --- cast to an unknown type
spark.sql("select cast(1 as nonsense)")
# --- cast that can't be
spark.sql("select cast(array(1) as int)")
# --- create table and insert
spark.sql("create table t (id int, name string) using parquet")
spark.sql("insert into t values (1, 'a'), (2, 'b')")
spark.sql("insert into t select 3, 'c'")
spark.sql("insert into t (name, id) values ('d', 4)")
spark.table("t")
# --- insert overwrite
spark.sql("create table t (id int) using parquet")
spark.sql("insert into t values (1)")
spark.sql("insert overwrite t values (2), (3)")
spark.table("t")
# --- insert with too few columns
spark.sql("create table t (id int, name string) using parquet")
spark.sql("insert into t values (1)")
# --- insert of a wrong type
spark.sql("create table t (id int) using parquet")
spark.sql("insert into t values ('x')")
# --- create table as select
spark.sql("create table t using parquet as select id, cast(id as string) s from range(3)")
spark.table("t")
# --- create table that exists
spark.sql("create table t (id int) using parquet")
spark.sql("create table t (id int) using parquet")
# --- create table if not exists
spark.sql("create table t (id int) using parquet")
spark.sql("create table if not exists t (x int) using parquet")
spark.table("t").columns
# --- table over a location
spark.range(3).write.parquet(DIR + "/p")
spark.sql("create table t using parquet location '%s/p'" % DIR)
spark.table("t").count()
# --- table over csv with options
put("a.csv", "id;name\n1;a\n")
spark.sql("create table t (id int, name string) using csv options (header 'true', delimiter ';') location '%s'" % DIR)
spark.table("t")
# --- temp view using csv
put("a.csv", "id;name\n1;a\n")
spark.sql("create temp view v using csv options (path '%s/a.csv', header 'true', delimiter ';')" % DIR)
spark.table("v")
# --- drop table
spark.sql("create table t (id int) using parquet")
spark.sql("drop table t")
spark.sql("drop table if exists t")
spark.catalog.tableExists("t")
# --- drop a table that isn't there
spark.sql("drop table nope")
# --- drop a view that isn't there
spark.sql("drop view nope")
# --- show tables
spark.sql("create table t (id int) using parquet")
spark.range(1).createOrReplaceTempView("v")
spark.sql("show tables")
# --- show tables like
spark.range(1).createOrReplaceTempView("vx")
spark.sql("show tables in default like 'v*'")
# --- show databases
spark.sql("create database d")
spark.sql("show databases")
# --- use a database
spark.sql("create database if not exists d")
spark.sql("use d")
spark.range(2).write.format("parquet").saveAsTable("t")
[spark.catalog.currentDatabase(), spark.sql("select * from d.t").count(), spark.sql("show tables").collect()]
# --- use an unknown database
spark.sql("use nope")
# --- create a database twice
spark.sql("create database d")
spark.sql("create database d")
# --- drop a database with tables
spark.sql("create database d")
spark.sql("create table d.t (id int) using parquet")
spark.sql("drop database d")
# --- describe a table
spark.sql("create table t (id int, name string comment 'the name') using parquet")
spark.sql("describe table t")
# --- describe a view
spark.range(1).createOrReplaceTempView("v")
spark.sql("describe v")
# --- describe a query
spark.sql("describe query select 1 a, 'x' b")
# --- describe a function
spark.sql("describe function upper").collect()[0]
# --- show columns
spark.sql("create table t (id int, name string) using parquet")
spark.sql("show columns in t")
# --- show functions has upper
spark.sql("show functions like 'upper'")
# --- show views
spark.range(1).createOrReplaceTempView("v")
spark.sql("show views")
# --- show create table
spark.sql("create table t (id int, name string) using parquet")
spark.sql("show create table t").first()[0]
# --- set and reset
spark.sql("set spark.my.own=5")
spark.sql("set spark.my.own")
# --- explain
spark.sql("explain select 1").first()[0].startswith("== Physical Plan ==")
# --- truncate table
spark.sql("create table t using parquet as select 1 id")
spark.sql("truncate table t")
spark.table("t").count()
# --- alter table rename
spark.sql("create table t using parquet as select 1 id")
spark.sql("alter table t rename to u")
spark.table("u").count()
# --- alter table add columns
spark.sql("create table t (id int) using parquet")
spark.sql("alter table t add columns (name string)")
spark.table("t").columns
# --- persistent view
spark.range(3).write.format("parquet").saveAsTable("t")
spark.sql("create view w as select id + 1 as x from t where id > 0")
[sorted(r.x for r in spark.table("w").collect()), spark.catalog.listTables()[1].tableType if len(spark.catalog.listTables()) > 1 else None]
# --- persistent view over a temp view
spark.range(3).createOrReplaceTempView("v")
spark.sql("create view w as select * from v")
# --- partitioned table
spark.sql("create table t (id int, k string) using parquet partitioned by (k)")
spark.sql("insert into t values (1, 'a'), (2, 'b')")
[spark.table("t").columns, spark.sql("select * from t where k = 'a'").collect(), spark.sql("show partitions t").collect()]
# --- cache table
spark.range(2).createOrReplaceTempView("v")
spark.sql("cache table v")
spark.sql("uncache table v")
spark.table("v").count()
# --- refresh table
spark.range(1).write.format("parquet").saveAsTable("t")
spark.sql("refresh table t")
spark.table("t").count()
# --- analyze table
spark.range(1).write.format("parquet").saveAsTable("t")
spark.sql("analyze table t compute statistics").collect()
# --- update of a parquet table
spark.range(1).write.format("parquet").saveAsTable("t")
spark.sql("update t set id = 2")
# --- delete from a parquet table
spark.range(1).write.format("parquet").saveAsTable("t")
spark.sql("delete from t where id = 0")
# --- merge into a parquet table
spark.range(1).write.format("parquet").saveAsTable("t")
spark.sql("merge into t using range(2) s on t.id = s.id when not matched then insert *")
# --- pivot in SQL
spark.sql("select * from values ('a', 'x', 1), ('a', 'y', 2) as t(k, l, v) pivot (sum(v) for l in ('x', 'y'))")
# --- unpivot in SQL
spark.sql("select * from values (1, 10, 20) as t(id, x, y) unpivot (v for n in (x, y))")
# --- tablesample and range
spark.sql("select count(*) c from range(10) tablesample (100 percent)")
# --- inline tables joined
spark.sql("select a.x, b.y from (values (1), (2)) a(x) left join (values (2, 'q')) b(x, y) on a.x = b.x")
# --- group by having, in order
spark.sql("select k, count(*) c from values ('a'), ('b'), ('a') as t(k) group by k having count(*) > 1 order by c")
# --- where with an alias
spark.sql("select id as x from range(2) where x > 0")
# --- ambiguous reference
spark.sql("select id from range(1) a join range(1) b on a.id = b.id")
# --- aggregate without group by
spark.sql("select id, count(*) from range(3)")
# --- invalid identifier
spark.sql("select * from my-table")
# --- reserved words as names
spark.sql("select 1 as `select`, 2 as date, 3 as `a b`")
# --- select from a subquery with star
spark.sql("select * from (select 1 a, 2 b) where a = 1")
# --- SQL variables
spark.sql("declare or replace variable x int default 5")
spark.sql("select x + 1 y")
# --- session variable set
spark.sql("declare or replace variable y int")
spark.sql("set var y = 7")
spark.sql("select y")
# --- identifier clause
spark.range(2).createOrReplaceTempView("v")
spark.sql("select count(*) c from identifier(:t)", args={"t": "v"})
# --- multiple statements
spark.sql("select 1; select 2")
# --- a semicolon at the end
spark.sql("select 1;")
# --- sql udf
spark.sql("create temporary function plus_one(x int) returns int return x + 1")
spark.sql("select plus_one(4) r")
# --- create function persistent
spark.sql("create or replace function twice(x int) returns int return x * 2")
r = spark.sql("select twice(id) r from values (1), (2) as t(id)").collect()
spark.sql("drop function twice")
sorted(x.r for x in r)
# --- explode in SQL with outer
spark.sql("select id, e from values (1, array('a', 'b')), (2, array()) as t(id, l) lateral view outer explode(l) x as e")
# --- posexplode and inline in SQL
spark.sql("select posexplode(array('a', 'b'))")
# --- struct access in SQL
spark.sql("select s.x, s.y.z, a[0], m['k'] from (select named_struct('x', 1, 'y', struct(2 as z)) s, array(5) a, map('k', 6) m)")
# --- colon syntax of Databricks isn't Spark's
spark.sql("""select '{"a": 1}':a""")
# --- pipe syntax
spark.sql("from range(5) |> where id > 2 |> select id * 2 as d")
# --- current user and version have types
[f.dataType.simpleString() for f in spark.sql("select current_user(), version(), current_catalog(), current_timestamp()").schema.fields]
# --- null safe join
spark.sql("select count(*) c from values (null), (1) as a(x) join values (null), (1) as b(x) on a.x <=> b.x")
# --- names that begin with digits
spark.sql("select 1e, 1end, 2020_total, 1e5a, 1e2D from (select 3 as 1e, 4 as 1end, 5 as 2020_total, 6 as 1e5a) t")
