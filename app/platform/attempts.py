"""Limit attempts, such as wrong passwords, in a sliding window.

An attempt is counted when it begins and discarded when it succeeds, so concurrent attempts cannot exceed the
limit. Each process counts in memory; Redis, while it is available, counts across processes.
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
from app.platform.text.words import counted

MAX_KEYS_IN_MEMORY: Final = 20_000  # least recently used keys are evicted

# Uses Redis's clock. Entries in the future (the clock was set back) are moved to the present.
# Returns 0, or the milliseconds to wait.
_COUNT_SCRIPT = """
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


class AttemptLimiter:
    """Allow `limit` attempts per key within `seconds`. `name` is the namespace of its keys in Redis."""

    def __init__(self, app: Flask, name: str, limit: int, seconds: float) -> None:
        self.seconds = seconds
        self._name = f"muster:{name}"
        self.limit = limit
        self._memory: OrderedDict[str, list[tuple[float, str]]] = OrderedDict()
        self._lock = threading.Lock()
        app.extensions.setdefault("attempts", {})[name] = self

    def begin(self, keys: Sequence[str]) -> "Attempt | int":
        """Count one attempt for each key, or return the seconds to wait if any key has reached the limit."""
        token = token_hex(8)
        wait = self._count_in_memory(keys, token)
        if wait <= 0:
            wait = self._count_in_store(keys, token)
            if wait > 0:
                self._remove_from_memory(keys, token)
        return Attempt(self, keys, token) if wait <= 0 else max(1, math.ceil(wait))

    def discard(self, keys: Sequence[str], token: str) -> None:
        """Remove an attempt that succeeded."""
        self._remove_from_memory(keys, token)
        try:
            with queue.responsive_connection() as store, store.pipeline(transaction=False) as commands:
                for key in self._store_keys(keys):
                    commands.zrem(key, token)
                commands.execute()
        except RedisError as failure:
            log.warning("attempts_not_stored", extra={"failure": type(failure).__name__})

    def clear(self, keys: Sequence[str]) -> None:
        """Remove all attempts of these keys, in Redis and in this process. What other processes have counted
        themselves stays in their memory until it leaves the window."""
        with self._lock:
            for key in keys:
                self._memory.pop(key, None)
        try:
            with queue.responsive_connection() as store:
                store.delete(*self._store_keys(keys))
        except RedisError as failure:
            log.warning("attempts_not_stored", extra={"failure": type(failure).__name__})

    def clear_memory(self) -> None:
        """Clear the counts of this process. Those in Redis stay."""
        with self._lock:
            self._memory.clear()

    def _count_in_memory(self, keys: Sequence[str], token: str) -> float:
        now = time.monotonic()  # unaffected by changes of the system time
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
            while len(self._memory) > MAX_KEYS_IN_MEMORY:
                self._memory.popitem(last=False)
        return wait

    def _count_in_store(self, keys: Sequence[str], token: str) -> float:
        """Count in Redis; return seconds to wait, or 0 if the attempt is allowed or Redis is unavailable."""
        milliseconds = int(self.seconds * 1000)
        names = self._store_keys(keys)
        try:
            with queue.responsive_connection() as store:
                wait = store.eval(_COUNT_SCRIPT, len(names), *names, self.limit, milliseconds, token)
        except RedisError as failure:
            log.warning("attempts_not_stored", extra={"failure": type(failure).__name__})
            return 0
        return int(cast(int, wait)) / 1000

    def _remove_from_memory(self, keys: Sequence[str], token: str) -> None:
        with self._lock:
            for key in keys:
                self._memory[key] = [one for one in self._memory.get(key, []) if one[1] != token]

    def _store_keys(self, keys: Sequence[str]) -> list[str]:
        return [f"{self._name}:{key}" for key in keys]


class Attempt:
    """An attempt that was allowed and counted."""

    def __init__(self, attempts: AttemptLimiter, keys: Sequence[str], token: str) -> None:
        self._attempts, self._keys, self._token = attempts, keys, token

    def discard(self) -> None:
        """Remove the attempt from the counts, because it succeeded."""
        self._attempts.discard(self._keys, self._token)


def attempt_limiter(name: str) -> AttemptLimiter:
    """Return the current app's limiter with this name."""
    return cast(dict[str, AttemptLimiter], current_app.extensions["attempts"])[name]


def count_or_refuse(name: str, sender: str | None) -> None:
    """Count an attempt from an IP address. Raises LimitReached with `retry_after`, in seconds."""
    begun = attempt_limiter(name).begin([f"network:{network_of(sender)}"])
    if isinstance(begun, int):
        wait = counted(math.ceil(begun / 60), "minute")
        raise LimitReached("RATE_LIMITED", f"Too many attempts. Try again in {wait}.", retry_after=begun)


def network_of(sender: str | None) -> str:
    """Return the network under which an IP address is counted.

    IPv4 addresses, also those embedded in IPv6, count by themselves; IPv6 addresses count as their /64
    network, which is usually one customer.
    """
    try:
        address = ipaddress.ip_address((sender or "").partition("%")[0])
    except ValueError:
        return sender or "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    wrapped = address.ipv4_mapped or address.sixtofour
    return str(wrapped or ipaddress.ip_network((address, 64), strict=False))
