"""Installations to attack, each shared by tests that follow each other, and dice that can be thrown again."""

import os
import random
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.chaos.siege import Siege

HERE = Path(__file__).parent


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `round_number` runs as often as --rounds says; one that asks for `few_rounds`,
    because it takes long, a tenth as often."""
    rounds = metafunc.config.getoption("--rounds")
    if "round_number" in metafunc.fixturenames:
        metafunc.parametrize("round_number", range(rounds))
    if "few_rounds" in metafunc.fixturenames:
        metafunc.parametrize("few_rounds", range(max(1, rounds // 10)))
    if "siege" in metafunc.fixturenames:
        metafunc.parametrize("siege", _kinds(metafunc.definition, rounds), indirect=True)


def _kinds(item: pytest.Item, rounds: int) -> list[str]:
    """The kinds of siege that a test is tried on. Those that can be are also tried on several machines, but
    not in a run of all tests, in which `test_machines` stands for them."""
    if item.path.name == "test_machines.py":
        return ["machines"]
    is_tried = rounds > 1 and item.get_closest_marker("on_machines") is not None
    return ["sqlite", "postgresql", *(["machines"] if is_tried else [])]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let tests that attack the same installation follow each other, and give a test that does all rounds by
    itself time for each of them."""
    seconds = config.getini("timeout")
    places = [place for place, item in enumerate(items) if item.path.is_relative_to(HERE)]
    chaos = sorted((items[place] for place in places), key=lambda item: _siege_of(item) or "")
    for place, item in zip(places, chaos, strict=True):
        items[place] = item
    for item in items:
        if "rounds" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(float(seconds) * max(1, config.getoption("--rounds"))))


@pytest.fixture(scope="session")
def kills(pytestconfig: pytest.Config) -> int:
    """How often a test kills at random. With one round it is once, because what was killed takes seconds of a
    processor to load again."""
    return 1 if pytestconfig.getoption("--rounds") == 1 else 3


_sieges: dict[str, Siege] = {}


@pytest.fixture
def siege(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Siege:
    """A running Muster, whatever databases were asked for: chaos is tried on both.

    Starting one takes longer than most tests, so it is kept as long as the next test needs one, too. It has
    the people of earlier tests: each test takes workflows and people of its own.
    """
    kind = str(request.param)
    if kind not in _sieges:
        _sieges[kind] = Siege(kind, tmp_path_factory.mktemp("siege"))
    return _sieges[kind]


_failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[_failed] = item.stash.get(_failed, False) or report.failed
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
    yield
    failed = item.stash.get(_failed, False)  # then the next test begins anew
    for kind in list(_sieges):
        if failed or kind != _siege_of(nextitem):
            _sieges.pop(kind).end()


def _siege_of(item: pytest.Item | None) -> str | None:
    """Return the kind of siege that a test asks for."""
    call = getattr(item, "callspec", None)
    kind = call.params.get("siege") if call else None
    return None if kind is None else str(kind)


@pytest.fixture
def dice() -> random.Random:
    """Chance. What it was is printed with a failure; SEED=… in the environment brings it back."""
    seed = int(os.environ.get("SEED") or random.randrange(2**32))
    print(f"SEED={seed}")
    return random.Random(seed)
