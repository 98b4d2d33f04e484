"""Counting attempts, such as wrong passwords, before it is known how they end.

An attempt is counted when it begins and taken back when it turns out well, so any number of attempts made at
the same moment pass the limit by none. Every process counts what it sees itself; the queue's store, while it
works, adds what all others see.
"""

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from secrets import token_hex
from typing import Final, cast

from flask import Flask, current_app
from redis.exceptions import RedisError

from app.platform import queue
from app.platform.errors import LimitReached
from app.platform.logs import log
from app.platform.words import counted

MOST_REMEMBERED: Final = 20_000  # keys in memory; the ones that were used longest ago are forgotten

# The store's own clock counts. What lies in its future, after that clock was set back, happened now.
_BEGIN = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local limit, window, wait = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
for _, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', key, '(' .. now, '+inf')) do
    redis.call('ZADD', key, now, member)
  end
  local count = redis.call('ZCARD', key)
  if count >= limit then
    local oldest = redis.call('ZRANGE', key, count - limit, count - limit, 'WITHSCORES')
    wait = math.max(wait, oldest[2] + window - now)
  end
end
if wait > 0 then return wait end
for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, now, ARGV[3])
  redis.call('PEXPIRE', key, window)
end
return 0
"""


class Attempts:
    """At most `limit` attempts with one key within `seconds`. `name` keeps its keys apart from others'."""

    def __init__(self, app: Flask, name: str, limit: int, seconds: float) -> None:
        self.seconds = seconds
        self._name = f"muster:{name}"
        self.limit = limit
        self._memory: OrderedDict[str, list[tuple[float, str]]] = OrderedDict()
        self._lock = threading.Lock()
        app.extensions.setdefault("attempts", {})[name] = self

    def begin(self, keys: Sequence[str]) -> "Attempt | int":
        """Count one attempt for each of the keys; or the seconds to wait, and count none, where one of them
        has had its share."""
        token = token_hex(8)
        wait = self._begin_in_memory(keys, token)
        if wait <= 0:
            wait = self._begin_in_store(keys, token)
            if wait > 0:
                self._forget(keys, token)
        return Attempt(self, keys, token) if wait <= 0 else max(1, math.ceil(wait))

    def discard(self, keys: Sequence[str], token: str) -> None:
        """An attempt went well."""
        self._forget(keys, token)
        try:
            with queue.answering() as store, store.pipeline(transaction=False) as commands:
                for key in self._names(keys):
                    commands.zrem(key, token)
                commands.execute()
        except RedisError as failure:
            log.warning("attempts_not_stored", extra={"failure": type(failure).__name__})

    def clear_memory(self) -> None:
        """Forget what this process has counted."""
        with self._lock:
            self._memory.clear()

    def _begin_in_memory(self, keys: Sequence[str], token: str) -> float:
        now = time.monotonic()  # which nobody sets back
        wait = 0.0
        with self._lock:
            for key in keys:
                kept = [one for one in self._memory.pop(key, []) if one[0] > now - self.seconds]
                self._memory[key] = kept
                if len(kept) >= self.limit:
                    wait = max(wait, kept[-self.limit][0] + self.seconds - now)
            if wait <= 0:
                for key in keys:
                    self._memory[key].append((now, token))
            while len(self._memory) > MOST_REMEMBERED:
                self._memory.popitem(last=False)
        return wait

    def _begin_in_store(self, keys: Sequence[str], token: str) -> float:
        """0 when the store does not answer or refuses: then what this process has counted is all there is."""
        milliseconds = int(self.seconds * 1000)
        names = self._names(keys)
        try:
            with queue.answering() as store:
                wait = store.eval(_BEGIN, len(names), *names, self.limit, milliseconds, token)
        except RedisError as failure:
            log.warning("attempts_not_stored", extra={"failure": type(failure).__name__})
            return 0
        return int(cast(int, wait)) / 1000

    def _forget(self, keys: Sequence[str], token: str) -> None:
        with self._lock:
            for key in keys:
                self._memory[key] = [one for one in self._memory.get(key, []) if one[1] != token]

    def _names(self, keys: Sequence[str]) -> list[str]:
        return [f"{self._name}:{key}" for key in keys]


class Attempt:
    """One that was let through."""

    def __init__(self, attempts: Attempts, keys: Sequence[str], token: str) -> None:
        self._attempts, self._keys, self._token = attempts, keys, token

    def discard(self) -> None:
        """It went well and does not count."""
        self._attempts.discard(self._keys, self._token)


def named_attempts(name: str) -> Attempts:
    """The one that was made for the running app."""
    return cast(dict[str, Attempts], current_app.extensions["attempts"])[name]


def count_or_refuse(name: str, sender: str | None) -> None:
    """Count an attempt of a sender. Raises LimitReached with `retry_after`, in seconds."""
    begun = named_attempts(name).begin([f"network:{network_of(sender)}"])
    if isinstance(begun, int):
        wait = counted(math.ceil(begun / 60), "minute")
        raise LimitReached("RATE_LIMITED", f"Too many attempts. Try again in {wait}.", retry_after=begun)


def network_of(sender: str | None) -> str:
    """What an address counts as: of IPv6 the half that a provider gives to one customer; an IPv4 address
    that comes wrapped in an IPv6 one is the IPv4 address."""
    try:
        address = ipaddress.ip_address((sender or "").partition("%")[0])
    except ValueError:
        return sender or "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    wrapped = address.ipv4_mapped or address.sixtofour
    return str(wrapped or ipaddress.ip_network((address, 64), strict=False))
