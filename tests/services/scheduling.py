"""Which tests of a run in several processes stay together: those of a file, and those of a folder that share
what would otherwise be made in each process: an installation, or the parsed sources that guards read."""

from xdist.scheduler import LoadFileScheduling

TOGETHER = (
    "tests/browser/test_every_",
    "tests/browser/",
    "tests/chaos/",
    "tests/guards/",
    "tests/rooms/security/",
)
"""Beginnings of names. All browser tests in one process would take longer than the rest in the others."""


class InstallationScheduling(LoadFileScheduling):
    """Hands out files, and those that stay together as one."""

    def _split_scope(self, nodeid: str) -> str:
        for beginning in TOGETHER:
            if nodeid.startswith(beginning):
                return beginning
        return str(super()._split_scope(nodeid))
