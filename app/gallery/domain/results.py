"""How well a template's workflows do: a rate is shown only once enough people stand behind it."""

MIN_ENROLLED = 20


def completion_rate(enrolled: int, completed: int, goal_reached: int) -> float | None:
    """(completed + goal reached) ÷ enrolled, from 0 to 1; None below 20 enrollments."""
    if enrolled < MIN_ENROLLED:
        return None
    return min((completed + goal_reached) / enrolled, 1.0)


def completion_words(rate: float | None) -> str:
    """The rate as people read it; never 100 % or 0 % unless it is exactly that."""
    if rate is None:
        return ""
    percent = round(rate * 100)
    if percent == 100 and rate < 1:
        percent = 99
    if percent == 0 and rate > 0:
        percent = 1
    return f"{percent}%"
