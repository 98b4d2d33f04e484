"""REDIS_URL can name Sentinel; passwords stay out of texts."""

import pytest
from redis.sentinel import SentinelManagedSSLConnection

from app.platform.queue_connections import connect, connect_async
from app.platform.settings import SettingError, Settings
from app.platform.settings.sentinel import sentinel_address


def test_parts_of_an_address():
    found = sentinel_address(
        "rediss+sentinel://user:p%40ss@one,two:1234,[::1]:5/my/3?sentinel_password=x&ssl_ca_certs=/ca.pem"
    )
    assert found is not None and "p@ss" not in repr(found)
    assert found.hosts == (("one", 26379), ("two", 1234), ("::1", 5))
    assert (found.service, found.database, found.is_secure) == ("my", 3, True)
    assert (found.username, found.password) == ("user", "p@ss")
    assert (found.sentinel_password, found.ca_certs) == ("x", "/ca.pem")
    assert sentinel_address("redis://queue:6379/0") is None


def test_connections_are_encrypted_and_have_their_options():
    url = "rediss+sentinel://:secret@one/my/3?ssl_ca_certs=/ca.pem"
    for client in (connect(url, socket_timeout=7), connect_async(url, socket_timeout=7)):
        given = client.connection_pool.connection_kwargs
        assert (given["socket_timeout"], given["db"], given["password"]) == (7, 3, "secret")
        assert given["ssl_ca_certs"] == "/ca.pem"
    assert connect(url).connection_pool.connection_class is SentinelManagedSSLConnection


@pytest.mark.parametrize(
    "url",
    [
        *("redis+sentinel://one:x/my", "redis+sentinel:///my", "redis+sentinel://one"),
        *("redis+sentinel://one/my/x", "redis+sentinel://one/my?odd=1", "sentinel://one/my"),
        "redis+sentinel://:hunter2@/my",
    ],
)
def test_refused(url, tmp_path):
    with pytest.raises(SettingError, match=r"^REDIS_URL must ") as refusal:
        Settings.from_environment({"DATA_DIR": str(tmp_path), "REDIS_URL": url})
    assert "hunter2" not in str(refusal.value)
