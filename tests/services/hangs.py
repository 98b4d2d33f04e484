"""A bound for work that hostile input could make endless.

It catches a quadratic or exponential algorithm, which takes minutes with such input. It is no measure of
speed: on a busy machine, the same work can take several times as long.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_hang(seconds: float = 10) -> Iterator[None]:
    """Fail if the work inside takes more than `seconds` of CPU time."""
    began = time.process_time()
    yield
    spent = time.process_time() - began
    assert spent < seconds, f"it took {spent:.1f} s of CPU time"
