"""Taking over what a newer version of a template changes, without losing what the user has changed."""

from app.gallery.domain.merging.applying import Merged, apply
from app.gallery.domain.merging.changes import Change, Comparison, Undecided
from app.gallery.domain.merging.comparing import compare, compare_versions
from app.gallery.domain.merging.folding import folded
from app.gallery.domain.merging.matching import Aligned, align
from app.gallery.domain.merging.wording import Piece, word_diff

__all__ = [
    "Aligned",
    "Change",
    "Comparison",
    "Merged",
    "Piece",
    "Undecided",
    "align",
    "apply",
    "compare",
    "compare_versions",
    "folded",
    "word_diff",
]
