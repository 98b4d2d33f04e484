"""The table of keys tells what a set tells, in a fraction of its memory."""

import random
import tracemalloc

from app.files.domain.checkup.key_table import KeyTable


def test_tells_what_a_set_tells() -> None:
    source = random.Random(5)
    keys = [source.randint(-(2**63), 2**63 - 1) for _ in range(20_000)]
    keys += [0, 1, 0, -1, 2**63 - 1, -(2**63), *range(5_000), *source.choices(keys, k=20_000)]
    table, known = KeyTable(), set[int]()
    for key in keys:
        key = key or 1  # the two are one
        assert table.add(key) is (key not in known)
        known.add(key)


def test_takes_little_memory() -> None:
    tracemalloc.start()
    try:
        table = KeyTable()
        for number in range(20_000):
            table.add(hash(str(number)))
        used, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used < 300_000
    assert peak < 450_000
