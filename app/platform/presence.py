"""Who has a page open right now, so that others who have it open, too, can be told.

It is only a hint, kept in Redis: without Redis, everybody seems to be alone. Keys hold ids, never names.
"""

from typing import Final, cast

from redis.exceptions import RedisError

from app.platform import queue
from app.platform.clock import now

STAYS_SECONDS: Final = 70
"""How long someone counts as present after the last `note`; pages repeat it more often than that."""


def note(account_id: int, subject: str, user_id: int) -> tuple[int, ...]:
    """Note that a user has the page of `subject` open; return the ids of the others who have, in order."""
    key, at = f"muster:present:{account_id}:{subject}", now().timestamp()
    try:
        with queue.responsive_connection() as redis, redis.pipeline() as commands:
            commands.zadd(key, {str(user_id): at})
            commands.zremrangebyscore(key, "-inf", at - STAYS_SECONDS)
            commands.zrange(key, 0, -1)
            commands.expire(key, STAYS_SECONDS)
            found = cast(list[bytes], commands.execute()[2])
    except RedisError:
        return ()
    return tuple(sorted(int(one) for one in found if int(one) != user_id))
