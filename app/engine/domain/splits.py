"""Which path of a split a contact takes: always the same one, whoever asks and however often."""

from collections.abc import Sequence
from zlib import crc32

from app.workflows.domain.definition.parts import Path


def path_of(step_id: str, paths: Sequence[Path], contact_id: int) -> Path:
    """Return the path of a contact. The paths' percentages add up to 100.

    The step is part of the hash, or whoever takes the first path of one split would take it in all.
    """
    point = crc32(f"{step_id}:{contact_id}".encode()) % 100
    for path in paths:
        point -= path.share
        if point < 0:
            return path
    return paths[-1]
