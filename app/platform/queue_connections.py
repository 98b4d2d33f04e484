"""Connections to the queue server: at an address, or to the primary that Sentinel names.

With Sentinel, each new connection first asks for the current primary, so that a failover needs nothing but
the reconnecting that every caller does anyway.
"""

from typing import Any, cast

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.asyncio.sentinel import Sentinel as AsyncSentinel
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from app.platform.settings.sentinel import SentinelAddress, sentinel_address

SENTINEL_SECONDS = 1.0  # to ask one of them; the next one is asked then


def connect(url: str, **options: Any) -> Redis:
    """Return a client of the server at `url`, or of the primary. `options` are those of its connections."""
    address = sentinel_address(url)
    if address is None:
        return Redis.from_url(url, **options)
    asking = _of_sentinels(address, Retry(NoBackoff(), 0))
    known: Any = Sentinel(address.hosts, sentinel_kwargs=asking)  # type: ignore[no-untyped-call]
    return cast(Redis, known.master_for(address.service, **_of_primary(address), **options))


def connect_async(url: str, **options: Any) -> AsyncRedis:
    """The same for an event loop."""
    address = sentinel_address(url)
    if address is None:
        return AsyncRedis.from_url(url, **options)
    asking = _of_sentinels(address, AsyncRetry(NoBackoff(), 0))
    known: Any = AsyncSentinel(address.hosts, sentinel_kwargs=asking)  # type: ignore[no-untyped-call]
    return cast(AsyncRedis, known.master_for(address.service, **_of_primary(address), **options))


def _of_sentinels(address: SentinelAddress, retry: Any) -> dict[str, Any]:
    given = {"username": address.sentinel_username, "password": address.sentinel_password}
    times = {"socket_timeout": SENTINEL_SECONDS, "socket_connect_timeout": SENTINEL_SECONDS}
    return {**_set(given), **times, "retry": retry, **_tls(address)}


def _of_primary(address: SentinelAddress) -> dict[str, Any]:
    given = {"username": address.username, "password": address.password}
    return {**_set(given), "db": address.database, **_tls(address)}


def _tls(address: SentinelAddress) -> dict[str, Any]:
    if not address.is_secure:
        return {}
    return {"ssl": True, **_set({"ssl_ca_certs": address.ca_certs})}


def _set(values: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}
