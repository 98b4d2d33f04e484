"""What a person reads at the terminal about processes, from what the supervisor knows of them."""

from pathlib import Path

import pytest

from ops.console import Console
from ops.supervision import State


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines since the last call, without their time."""
    return [" ".join(line.split()[1:]) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path, ["queue", "web", "worker-1"])


def test_a_start_is_nothing_to_tell(console: Console, capsys: pytest.CaptureFixture[str]) -> None:
    console.see([State("web", 0, 0), State("queue", 100, 7)])
    console.see([State("web", 102, 8), State("queue", 100, 7)])
    console.see([State("web", 102, 8), State("queue", 100, 7)])
    assert said(capsys) == [] and not console.crashes


def test_a_death_and_what_follows_it(console: Console, capsys: pytest.CaptureFixture[str]) -> None:
    console.see([State("web", 102, 8)])
    console.see([State("web", 102, 0)])
    assert said(capsys) == ["web exited unexpectedly"]
    console.see([State("web", 102, 0)])
    assert said(capsys) == []
    console.see([State("web", 104, 9)])
    assert said(capsys) == ["web restarted"]
    console.see([State("web", 106, 10)])  # both since the last look
    assert said(capsys) == ["web exited unexpectedly", "web restarted"]
    assert console.crashes == {"web": 2}


def test_one_that_dies_at_each_start_is_counted(console: Console) -> None:
    """Also where no look ever finds it alive."""
    for second in range(100, 105):
        console.see([State("web", second, 0)])
    assert console.crashes["web"] >= 4


def test_stopping(
    console: Console, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    console.see([State("queue", 100, 7), State("web", 102, 8), State("worker-1", 103, 9)])
    console.see_ending(["queue", "web", "worker-1"])
    assert said(capsys) == []
    console.see_ending(["queue", "worker-1"])
    assert said(capsys) == ["web stopped"]
    monkeypatch.setattr("ops.console.STOP_WAIT_SECONDS", 0)
    console.see_ending(["queue"])
    assert said(capsys) == ["worker-1 didn’t stop in time and was killed"]
    assert not console.crashes
