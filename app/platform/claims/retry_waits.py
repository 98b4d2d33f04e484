"""How long to wait before another attempt."""


def wait_after(attempt: int, waits: tuple[float, ...]) -> float | None:
    """Return the seconds until the attempt after number `attempt` (from 1); None after the last."""
    return waits[attempt - 1] if attempt <= len(waits) else None
