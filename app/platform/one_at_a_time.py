"""Functions that threads enter one after the other."""

import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")


def one_at_a_time(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """Let threads wait for the one that runs a function. Around a cache, they then take what it has made,
    where otherwise each of them would make it, too."""
    lock = threading.Lock()

    @wraps(make)
    def run(*given: Given.args, **named: Given.kwargs) -> Made:
        with lock:
            return make(*given, **named)

    return run
