"""A workflow of a hundred steps is handled in a few milliseconds (T-03, T-07).

The bounds are ten times what was measured: a busy machine keeps within them, a slow algorithm does not.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest

from app.workflows.domain import copy_definition, draw, miniature, parse, problems, summary
from tests.unit.workflows.documents import as_large_as_allowed


@pytest.mark.parametrize(
    "work", [parse, problems, copy_definition, summary, miniature, draw], ids=lambda work: work.__name__
)
def test_a_hundred_steps(work: Callable[[Any], Any]) -> None:  # T-03, T-07
    document = as_large_as_allowed()
    assert len(parse(document).all_steps) == 100
    given = document if work is parse else parse(document)
    work(given)
    spent = []
    for _ in range(5):
        begun = time.process_time()
        work(given)
        spent.append(time.process_time() - begun)
    assert min(spent) < 0.05
