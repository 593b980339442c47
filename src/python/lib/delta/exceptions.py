"""Errors that Delta raises when writers meet."""

from pyspark.errors import PySparkException


class DeltaConcurrentModificationException(PySparkException):
    pass


class ConcurrentWriteException(DeltaConcurrentModificationException):
    pass


class ConcurrentAppendException(DeltaConcurrentModificationException):
    pass


class ConcurrentDeleteReadException(DeltaConcurrentModificationException):
    pass


class ConcurrentDeleteDeleteException(DeltaConcurrentModificationException):
    pass


class MetadataChangedException(DeltaConcurrentModificationException):
    pass


class ProtocolChangedException(DeltaConcurrentModificationException):
    pass


class ConcurrentTransactionException(DeltaConcurrentModificationException):
    pass
