"""Which tests of a run in several processes stay together: those of a file, and those of a folder that share
an installation, which would otherwise be started in each process."""

from xdist.scheduler import LoadFileScheduling

TOGETHER = ("tests/browser/", "tests/chaos/")


class InstallationScheduling(LoadFileScheduling):
    """Hands out files, and the folders that stay together as one."""

    def _split_scope(self, nodeid: str) -> str:
        for folder in TOGETHER:
            if nodeid.startswith(folder):
                return folder
        return str(super()._split_scope(nodeid))
