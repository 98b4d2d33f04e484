"""Ten wrong passwords lock an email address and a client network for 15 minutes (P-02)."""

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.people import EMAILS
from tests.rooms.accounts.sign_in_page import fail, token_on, type_in
from tests.services.databases import Database
from tests.services.valkey import Valkey


def test_ten_wrong_passwords_lock_the_person_everywhere(app: Flask) -> None:
    for number in range(10):
        fail(app, 1, sender=f"192.0.2.{number + 1}")
    answer = type_in(app.test_client(), sender="198.51.100.7")
    assert answer.status_code == 429
    assert "Sign-in is locked for 15 minutes" in answer.text
    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60
    assert type_in(app.test_client(), EMAILS["bob"], sender="198.51.100.7").location == "/"


def test_ten_wrong_passwords_lock_the_address_for_everybody(app: Flask) -> None:
    for number in range(10):
        fail(app, 1, f"guess{number}@example.com")
    assert type_in(app.test_client(), EMAILS["bob"]).status_code == 429
    assert type_in(app.test_client(), EMAILS["bob"], sender="198.51.100.7").location == "/"


def test_nine_do_not(app: Flask) -> None:
    fail(app, 9)
    assert type_in(app.test_client()).location == "/"


def test_signing_in_well_and_blank_fields_do_not_count(app: Flask) -> None:
    for _ in range(12):
        assert type_in(app.test_client()).location == "/"
        assert type_in(app.test_client(), password="").status_code == 422
    assert type_in(app.test_client()).location == "/"


def test_the_right_password_does_not_open_a_lock(app: Flask) -> None:
    fail(app, 10)
    for _ in range(3):
        assert type_in(app.test_client()).status_code == 429


def test_another_spelling_of_the_address_is_the_same_person(app: Flask) -> None:
    spellings = [" Alice@example.com", "ALICE@EXAMPLE.COM", "alice@example.com ", "alice@EXAMPLE.com"]
    for number in range(10):
        fail(app, 1, spellings[number % 4], sender=f"192.0.2.{number + 1}")
    assert type_in(app.test_client(), sender="198.51.100.7").status_code == 429


def test_a_whole_ipv6_network_counts_as_one_address(app: Flask) -> None:
    for number in range(10):
        fail(app, 1, f"guess{number}@example.com", sender=f"2001:db8:1:2::{number + 1:x}")
    assert type_in(app.test_client(), EMAILS["bob"], sender="2001:db8:1:2:ffff::1").status_code == 429
    assert type_in(app.test_client(), EMAILS["bob"], sender="2001:db8:1:3::1").location == "/"


def test_tries_at_a_locked_person_do_not_lock_the_place_they_come_from(app: Flask) -> None:
    for number in range(10):
        fail(app, 1, sender=f"192.0.2.{number + 1}")
    for _ in range(12):
        assert type_in(app.test_client(), sender="198.51.100.7").status_code == 429
    assert type_in(app.test_client(), EMAILS["bob"], sender="198.51.100.7").location == "/"


def test_a_lock_ends_by_itself_and_says_when(database: Database, valkey: Valkey) -> None:
    database.restore("people")
    app = database.make_app(LOCKOUT_FAILURES=2, LOCKOUT_MINUTES=1)
    fail(app, 2)
    answer = type_in(app.test_client())
    assert "Sign-in is locked for 1 minute" in answer.text
    assert 50 < int(answer.headers["Retry-After"]) <= 60
    for key in valkey.client().scan_iter("*lock-out*"):
        assert 0 < valkey.client().ttl(key) <= 60, "what is counted is forgotten by itself"


@pytest.fixture
def own_valkey() -> Iterator[Valkey]:
    server = Valkey().start()
    yield server
    server.remove()


@pytest.fixture
def app_of_own(database: Database, own_valkey: Valkey) -> Flask:
    database.restore("people")
    return database.make_app(REDIS_URL=own_valkey.url)


def test_the_lock_out_works_while_the_queue_is_down(app_of_own: Flask, own_valkey: Valkey) -> None:
    assert type_in(app_of_own.test_client()).location == "/"
    own_valkey.kill()
    began = time.monotonic()
    fail(app_of_own, 10)
    answer = type_in(app_of_own.test_client())
    assert answer.status_code == 429
    assert "Sign-in is locked for 15 minutes" in answer.text
    assert type_in(app_of_own.test_client(), EMAILS["bob"], sender="198.51.100.7").location == "/"
    assert time.monotonic() - began < 30, "nobody waits long for a queue that is not there"


def test_the_lock_out_works_when_the_queue_dies_between_two_tries(
    app_of_own: Flask, own_valkey: Valkey
) -> None:
    fail(app_of_own, 5)
    own_valkey.kill(lose_data=True)
    fail(app_of_own, 5)
    assert type_in(app_of_own.test_client()).status_code == 429
    own_valkey.start()
    _fail_until_counted_in(own_valkey, app_of_own)
    fail(app_of_own, 10, EMAILS["bob"], sender="198.51.100.9")
    assert type_in(app_of_own.test_client(), EMAILS["bob"]).status_code == 429


def test_of_forty_at_the_same_moment_ten_get_through(app: Flask) -> None:
    browsers = [app.test_client() for _ in range(40)]
    tokens = [token_on(browser.get("/sign-in").text) for browser in browsers]
    start = threading.Barrier(len(browsers))

    def attempt(number: int) -> int:
        data = {"csrf_token": tokens[number], "email": EMAILS["alice"], "password": "not the password"}
        start.wait()
        sender = {"REMOTE_ADDR": f"192.0.2.{number}"}
        return browsers[number].post("/sign-in", data=data, environ_base=sender).status_code

    with ThreadPoolExecutor(len(browsers)) as pool:
        answers = Counter(pool.map(attempt, range(len(browsers))))
    assert answers == {422: 10, 429: 30}


@pytest.mark.parametrize("trouble", ["out of memory", "read-only", "no script"])
def test_the_lock_out_works_when_the_store_refuses(
    app_of_own: Flask, own_valkey: Valkey, trouble: str
) -> None:
    if trouble == "out of memory":
        own_valkey.client().config_set("maxmemory", "1")
    elif trouble == "read-only":
        own_valkey.client().execute_command("REPLICAOF", "127.0.0.1", "1")
    else:
        own_valkey.client().execute_command("ACL", "SETUSER", "default", "-@scripting")
    assert type_in(app_of_own.test_client()).location == "/"
    fail(app_of_own, 10)
    assert type_in(app_of_own.test_client()).status_code == 429


def test_a_frozen_store_delays_nobody_for_long(app_of_own: Flask, own_valkey: Valkey) -> None:
    type_in(app_of_own.test_client())
    own_valkey.freeze()
    try:
        began = time.monotonic()
        fail(app_of_own, 10)
        assert type_in(app_of_own.test_client()).status_code == 429
        assert time.monotonic() - began < 30, "with five seconds each it would be 55"
    finally:
        own_valkey.resume()


def test_a_lock_lasts_no_longer_because_a_clock_was_set_back(database: Database, own_valkey: Valkey) -> None:
    database.restore("people")
    settings = {"REDIS_URL": own_valkey.url, "LOCKOUT_FAILURES": 3, "LOCKOUT_MINUTES": 1}
    fail(database.make_app(**settings), 3)
    for key in own_valkey.client().scan_iter("muster:lock-out:*"):
        later = {
            member: score + 7_200_000
            for member, score in own_valkey.client().zrange(key, 0, -1, withscores=True)
        }
        own_valkey.client().zadd(key, later)
    another = database.make_app(**settings)
    locked = type_in(another.test_client())
    assert locked.status_code == 429, "nor does it open"
    assert int(locked.headers["Retry-After"]) <= 60


@pytest.mark.parametrize("wrapped", ["::ffff:192.0.2.1", "::ffff:c000:201", "0:0:0:0:0:ffff:192.0.2.1"])
def test_an_ipv4_address_inside_an_ipv6_one_is_the_ipv4_address(app: Flask, wrapped: str) -> None:
    for number in range(10):
        sender = wrapped if number % 2 else "192.0.2.1"
        fail(app, 1, f"guess{number}@example.com", sender=sender)
    assert type_in(app.test_client(), EMAILS["bob"], sender=wrapped).status_code == 429
    assert type_in(app.test_client(), EMAILS["bob"], sender="::ffff:198.51.100.7").location == "/"


def test_no_address_at_all_is_counted_too(app: Flask) -> None:
    for number in range(10):
        fail(app, 1, f"guess{number}@example.com", sender="")
    assert type_in(app.test_client(), EMAILS["bob"], sender="").status_code == 429


def _fail_until_counted_in(valkey: Valkey, app: Flask) -> None:
    give_up = time.monotonic() + 45
    number = 0
    while not any(valkey.client().scan_iter("*lock-out*")):
        assert time.monotonic() < give_up, "the queue's store was never used again"
        number += 1
        fail(app, 1, f"guess{number}@example.com", sender=f"203.0.113.{number % 250}")
        time.sleep(0.2)


def test_signing_in_works_when_the_queue_was_never_there(database: Database, own_valkey: Valkey) -> None:
    own_valkey.kill()
    database.restore("people")
    app = database.make_app(REDIS_URL=own_valkey.url)
    fail(app, 10)
    assert type_in(app.test_client()).status_code == 429


def test_no_address_is_readable_in_the_store(app: Flask, stranger: FlaskClient, valkey: Valkey) -> None:
    fail(app, 1)
    keys = b" ".join(valkey.client().scan_iter("*"))
    assert b"lock-out" in keys
    assert b"alice" not in keys


def test_the_locked_page_leads_back(app: Flask) -> None:
    fail(app, 10)
    page = type_in(app.test_client()).text
    assert re.search(r'<a class="btn" href="/sign-in">', page)
    assert token_on(app.test_client().get("/sign-in").text), "the page itself stays open"
