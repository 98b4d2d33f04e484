"""Hooks that run as the last part of a transaction, unless it or their savepoint is rolled back."""

import pytest
from flask import Flask

from app.platform.database import (
    after_commit,
    before_commit,
    kept_in_transaction,
    session,
    transaction,
)


@pytest.fixture(autouse=True)
def context(app: Flask):
    with app.app_context():
        yield


def test_hooks_run_in_the_transaction_and_may_add_more() -> None:
    ran: list[str] = []

    def first() -> None:
        assert session().info["writing"]
        ran.append("first")
        before_commit(lambda: ran.append("added"))

    with transaction():
        after_commit(lambda: ran.append("after"))
        with transaction():
            before_commit(first)
        before_commit(lambda: ran.append("second"))
        assert ran == []
    assert ran == ["first", "second", "added", "after"]


def test_hooks_of_savepoints_that_are_rolled_back_do_not_run() -> None:
    ran: list[str] = []

    def note(text: str) -> None:
        before_commit(lambda: ran.append(text))

    with transaction():
        note("kept")
        with pytest.raises(ZeroDivisionError), session().begin_nested():
            note("lost")
            with session().begin_nested():
                note("lost with the outer one")
            raise ZeroDivisionError
        with session().begin_nested():
            note("kept, too")
    assert ran == ["kept", "kept, too"]


def test_a_hook_that_fails_rolls_the_transaction_back() -> None:
    ran: list[str] = []
    with pytest.raises(ZeroDivisionError), transaction():
        before_commit(lambda: 1 // 0)
        after_commit(lambda: ran.append("after"))
    with pytest.raises(ZeroDivisionError), transaction():
        before_commit(lambda: ran.append("before"))
        raise ZeroDivisionError
    assert ran == []


def test_what_is_kept_is_forgotten_with_the_transaction() -> None:
    with transaction():
        kept_in_transaction()["a"] = 1
        with transaction():
            assert kept_in_transaction() == {"a": 1}
    with transaction():
        assert kept_in_transaction() == {}
    with pytest.raises(RuntimeError):
        kept_in_transaction()
    with pytest.raises(RuntimeError):
        before_commit(list)
