"""What happened otherwise than the dry run before the start said."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.bulk_enrollment.domain.dry_runs.effects import Effects
from app.bulk_enrollment.domain.outcomes import Outcome


@dataclass(frozen=True)
class Difference:
    """A figure that differs from the result of the dry run before the start."""

    label: str
    expected: int
    happened: int


def differences(expected: Mapping[str, int], outcomes: Mapping[Outcome, int]) -> list[Difference]:
    """Return the differences from the dry run, which cannot tell which existing contacts an import will
    change."""
    before = {Outcome[name]: rows for name, rows in expected.items()}
    if not before:
        return []
    found = []
    for outcome in Outcome:
        then, now = _existing_as_one(before, outcome), _existing_as_one(outcomes, outcome)
        if then != now:
            found.append(Difference(outcome.label, then, now))
    return found


def contact_differences(effects: Effects, created: int, updated: int, *, is_import: bool) -> list[Difference]:
    """Return the differences in created and changed contacts. An import's outcomes tell of the created
    ones."""
    found = [Difference("Existing contacts changed", effects.updated, updated)]
    if not is_import:
        found.insert(0, Difference("New contacts created", effects.created, created))
    return [one for one in found if one.expected != one.happened]


def _existing_as_one(counts: Mapping[Outcome, int], outcome: Outcome) -> int:
    if outcome is Outcome.UNCHANGED:
        return 0
    both = (Outcome.UPDATED, Outcome.UNCHANGED) if outcome is Outcome.UPDATED else (outcome,)
    return sum(counts.get(one, 0) for one in both)
