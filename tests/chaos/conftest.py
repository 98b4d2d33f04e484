"""Installations to attack, each for the tests of one file, and dice that can be thrown again."""

import os
import random
from collections.abc import Iterator

import pytest

from tests.chaos.siege import Siege


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `round_number` runs as often as --rounds says; one that asks for `few_rounds`,
    because it takes long, a tenth as often."""
    rounds = metafunc.config.getoption("--rounds")
    if "round_number" in metafunc.fixturenames:
        metafunc.parametrize("round_number", range(rounds))
    if "few_rounds" in metafunc.fixturenames:
        metafunc.parametrize("few_rounds", range(max(1, rounds // 10)))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def siege(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    """A running Muster, whatever databases were asked for: chaos is tried on both."""
    made = Siege(str(request.param), tmp_path_factory.mktemp("siege"))
    yield made
    made.end()


@pytest.fixture
def dice() -> random.Random:
    """Chance. What it was is printed with a failure; SEED=… in the environment brings it back."""
    seed = int(os.environ.get("SEED") or random.randrange(2**32))
    print(f"SEED={seed}")
    return random.Random(seed)
