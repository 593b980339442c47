"""Where a cached DataFrame is kept. There is one place here, so the levels differ in name only."""


class StorageLevel:
    def __init__(self, useDisk, useMemory, useOffHeap, deserialized, replication=1):
        self.useDisk = useDisk
        self.useMemory = useMemory
        self.useOffHeap = useOffHeap
        self.deserialized = deserialized
        self.replication = replication

    def __repr__(self):
        return "StorageLevel(%s, %s, %s, %s, %s)" % (
            self.useDisk, self.useMemory, self.useOffHeap, self.deserialized, self.replication,
        )

    def __str__(self):
        return "%s%s%s%s%dx Replicated" % (
            "Disk " if self.useDisk else "",
            "Memory " if self.useMemory else "",
            "OffHeap " if self.useOffHeap else "",
            "Deserialized " if self.deserialized else "Serialized ",
            self.replication,
        )

    def __eq__(self, other):
        return isinstance(other, StorageLevel) and self.__dict__ == other.__dict__


for _name, _args in {
    "NONE": (False, False, False, False),
    "DISK_ONLY": (True, False, False, False),
    "DISK_ONLY_2": (True, False, False, False, 2),
    "DISK_ONLY_3": (True, False, False, False, 3),
    "MEMORY_ONLY": (False, True, False, False),
    "MEMORY_ONLY_2": (False, True, False, False, 2),
    "MEMORY_AND_DISK": (True, True, False, False),
    "MEMORY_AND_DISK_2": (True, True, False, False, 2),
    "MEMORY_AND_DISK_DESER": (True, True, False, True),
    "OFF_HEAP": (True, True, True, False),
}.items():
    setattr(StorageLevel, _name, StorageLevel(*_args))
