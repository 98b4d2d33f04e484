"""Checks of the queue server and of the tasks that wait in it."""

from collections.abc import Mapping
from typing import Any, Final

from app.home.application.doctor.processes import UNKNOWN
from app.platform import queue_state
from app.platform.doctor import Check, Result, ok, problem, warning, worst
from app.platform.doctor import register as add
from app.platform.errors import Unavailable
from app.platform.settings import current
from app.platform.text.formats import duration, size
from app.platform.text.words import counted

OLDEST_VERSION: Final = (5, 0)
FULL: Final = 0.9
"""Share of the memory limit."""
LONG_SECONDS: Final = 300.0


def register() -> None:
    add(Check("queue", "Queue", server))
    add(Check("queued_tasks", "Queued tasks", tasks))


def server() -> Result:
    """Check that the server responds, accepts writes, and loses nothing."""
    settings = current()
    try:
        state = queue_state.server_state()
    except Unavailable as failure:
        if settings.embedded_queue:
            return problem(
                f"{failure.message} It runs only while Muster does.", "Start Muster with make run."
            )
        return problem(
            failure.message, "Start the server, or correct REDIS_URL; it must be reachable from here."
        )
    name, version = _version(state)
    return worst(list(_faults(state, version)), f"{name} {version} responds and loses nothing.")


def _faults(state: Mapping[str, Any], version: str) -> list[Result]:
    found = []
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_VERSION:
        found.append(
            problem(f"The queue server has version {version}.", "Install Redis 5 or newer, or Valkey.")
        )
    if state.get("role") in ("slave", "replica"):
        found.append(
            problem("REDIS_URL leads to a replica, which accepts no writes.", "Use the primary in REDIS_URL.")
        )
    policy = state.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        found.append(
            problem(
                f"The queue drops tasks when its memory is full (maxmemory-policy {policy}).",
                "Run: redis-cli config set maxmemory-policy noeviction",
            )
        )
    limit, used = int(state.get("maxmemory", 0)), int(state.get("used_memory", 0))
    if limit and used >= FULL * limit:
        found.append(
            problem(f"The queue uses {size(used)} of {size(limit)}.", "Raise maxmemory of the queue server.")
        )
    if state.get("rdb_last_bgsave_status") == "err" or state.get("aof_last_write_status") == "err":
        found.append(
            problem("The queue can’t write to its disk.", "Check the disk and the log of the queue server.")
        )
    elif not int(state.get("aof_enabled", 0)):
        found.append(
            warning(
                "The queue may lose the tasks of the last minutes if its server goes down; the clock process"
                " queues them again.",
                "Run: redis-cli config set appendonly yes",
            )
        )
    return found


def _version(state: Mapping[str, Any]) -> tuple[str, str]:
    if "valkey_version" in state:
        return "Valkey", str(state["valkey_version"])
    return "Redis", str(state.get("redis_version", "0.0"))


def tasks() -> Result:
    """Check how long the first task of each queue has waited."""
    try:
        waiting = queue_state.waiting()
    except Unavailable:
        return UNKNOWN
    late = {name: both for name, both in waiting.items() if both.seconds > LONG_SECONDS}
    if late:
        name, (number, seconds) = max(late.items(), key=lambda item: item[1].seconds)
        return warning(
            f"Tasks have waited {duration(seconds)} in the queue “{name}” ({number:,} in it).",
            "If workers are running, they have too much to do: raise WORKERS, or add a machine.",
        )
    total = sum(both.tasks for both in waiting.values())
    return ok(f"{counted(total, 'task')} waiting, not for long." if total else "No tasks wait.")
