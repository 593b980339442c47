"""RDDs: lists that are computed when they are asked for. There is one machine, and so one partition."""

import heapq

from pyspark._connect import request
from pyspark.errors import not_implemented

__all__ = ["RDD"]


class RDD:
    """What `df.rdd` and `sc.parallelize` give."""

    def __init__(self, compute, partitions=1):
        self._compute = compute
        self._partitions = partitions
        self._name = None

    def _then(self, function):
        """An RDD of what the function makes of this one's list."""
        return RDD(lambda: function(self._compute()), self._partitions)

    # --- What it is made into

    def map(self, f, preservesPartitioning=False):
        return self._then(lambda rows: [f(row) for row in rows])

    def flatMap(self, f, preservesPartitioning=False):
        return self._then(lambda rows: [one for row in rows for one in f(row)])

    def filter(self, f):
        return self._then(lambda rows: [row for row in rows if f(row)])

    def mapPartitions(self, f, preservesPartitioning=False):
        return self._then(lambda rows: list(f(iter(rows))))

    def mapPartitionsWithIndex(self, f, preservesPartitioning=False):
        return self._then(lambda rows: list(f(0, iter(rows))))

    def distinct(self, numPartitions=None):
        return self._then(lambda rows: list(dict.fromkeys(rows)))

    def union(self, other):
        return RDD(lambda: self._compute() + other._compute(), self._partitions + other._partitions)

    __add__ = union

    def intersection(self, other):
        return self._then(lambda rows: _kept(dict.fromkeys(rows), set(other._compute()), True))

    def subtract(self, other, numPartitions=None):
        return self._then(lambda rows: _kept(rows, set(other._compute()), False))

    def cartesian(self, other):
        return self._then(lambda rows: [(a, b) for b_rows in [other._compute()] for a in rows for b in b_rows])

    def zip(self, other):
        return self._then(lambda rows: list(zip(rows, other._compute())))

    def zipWithIndex(self):
        return self._then(lambda rows: [(row, i) for i, row in enumerate(rows)])

    def sortBy(self, keyfunc, ascending=True, numPartitions=None):
        return self._then(lambda rows: sorted(rows, key=keyfunc, reverse=not ascending))

    def keyBy(self, f):
        return self.map(lambda row: (f(row), row))

    def groupBy(self, f, numPartitions=None):
        return self.keyBy(f).groupByKey()

    def glom(self):
        return self._then(lambda rows: [rows])

    # --- Pairs

    def keys(self):
        return self.map(lambda pair: pair[0])

    def values(self):
        return self.map(lambda pair: pair[1])

    def mapValues(self, f):
        return self.map(lambda pair: (pair[0], f(pair[1])))

    def flatMapValues(self, f):
        return self.flatMap(lambda pair: ((pair[0], value) for value in f(pair[1])))

    def sortByKey(self, ascending=True, numPartitions=None, keyfunc=lambda key: key):
        return self.sortBy(lambda pair: keyfunc(pair[0]), ascending)

    def groupByKey(self, numPartitions=None):
        return self._then(lambda rows: list(_grouped(rows).items()))

    def reduceByKey(self, func, numPartitions=None):
        return self.groupByKey().mapValues(lambda values: _reduced(func, values))

    def foldByKey(self, zeroValue, func, numPartitions=None):
        return self.groupByKey().mapValues(lambda values: _reduced(func, [zeroValue] + values))

    def join(self, other, numPartitions=None):
        def joined(rows):
            others = _grouped(other._compute())
            return [(key, (value, match)) for key, value in rows for match in others.get(key, ())]

        return self._then(joined)

    def leftOuterJoin(self, other, numPartitions=None):
        def joined(rows):
            others = _grouped(other._compute())
            return [(key, (value, match)) for key, value in rows for match in others.get(key, (None,))]

        return self._then(joined)

    # --- Actions

    def collect(self):
        return list(self._compute())

    def toLocalIterator(self, prefetchPartitions=False):
        return iter(self._compute())

    def collectAsMap(self):
        return dict(self._compute())

    def count(self):
        return len(self._compute())

    def countByValue(self):
        return self.map(lambda row: (row, None)).countByKey()

    def countByKey(self):
        from collections import defaultdict

        counts = defaultdict(int)
        for key, _ in self._compute():
            counts[key] += 1
        return counts

    def lookup(self, key):
        return [value for k, value in self._compute() if k == key]

    def first(self):
        for row in self._compute():
            return row
        raise ValueError("RDD is empty")

    def take(self, num):
        return self._compute()[:num]

    def takeSample(self, withReplacement, num, seed=None):
        import random

        chosen = random.Random(seed)
        rows = self._compute()
        return chosen.choices(rows, k=num) if withReplacement else chosen.sample(rows, min(num, len(rows)))

    def top(self, num, key=None):
        return heapq.nlargest(num, self._compute(), key)

    def takeOrdered(self, num, key=None):
        return heapq.nsmallest(num, self._compute(), key)

    def reduce(self, f):
        rows = self._compute()
        if not rows:
            raise ValueError("Can not reduce() empty RDD")
        return _reduced(f, rows)

    def fold(self, zeroValue, op):
        return _reduced(op, [zeroValue] + self._compute())

    def aggregate(self, zeroValue, seqOp, combOp):
        return combOp(zeroValue, _reduced(seqOp, [zeroValue] + self._compute()))

    def sum(self):
        return sum(self._compute())

    def min(self, key=None):
        return min(self._compute(), key=key)

    def max(self, key=None):
        return max(self._compute(), key=key)

    def mean(self):
        rows = self._compute()
        return sum(rows) / len(rows)

    def isEmpty(self):
        return not self._compute()

    def foreach(self, f):
        for row in self._compute():
            f(row)

    def foreachPartition(self, f):
        f(iter(self._compute()))

    def saveAsTextFile(self, path, compressionCodecClass=None):
        if request("fs.exists", path=path):
            raise not_implemented("RDD.saveAsTextFile over what is there already")
        lines = "".join(str(row) + "\n" for row in self._compute())
        request("fs.put", path=path.rstrip("/") + "/part-00000", contents=lines, overwrite=False)

    def toDF(self, schema=None, sampleRatio=None):
        from pyspark.sql.session import SparkSession

        return SparkSession._get().createDataFrame(self._compute(), schema)

    # --- How it is kept

    def getNumPartitions(self):
        return self._partitions

    def repartition(self, numPartitions):
        return RDD(self._compute, numPartitions)

    def coalesce(self, numPartitions, shuffle=False):
        return RDD(self._compute, min(numPartitions, self._partitions))

    def cache(self):
        return self

    def persist(self, storageLevel=None):
        return self

    def unpersist(self, blocking=False):
        return self

    def setName(self, name):
        self._name = name
        return self

    def name(self):
        return self._name

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError("'RDD' object has no attribute '" + name + "'")
        raise not_implemented("RDD." + name)


class Broadcast:
    """What `sc.broadcast` gives."""

    def __init__(self, value):
        self.value = value

    def unpersist(self, blocking=False):
        return None

    def destroy(self, blocking=False):
        return None


class Accumulator:
    """What `sc.accumulator` gives."""

    def __init__(self, value):
        self.value = value

    def add(self, term):
        self.value += term

    def __iadd__(self, term):
        self.value += term
        return self


def _grouped(pairs):
    groups = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def _kept(rows, others, wanted):
    return [row for row in rows if (row in others) == wanted]


def _reduced(function, values):
    result = values[0]
    for value in values[1:]:
        result = function(result, value)
    return result
