"""The most memory that processes held while something ran."""

import threading
from types import TracebackType

import psutil


class Memory:
    """Samples resident sets 20 times a second: `with Memory({"web": [pid]}) as memory: …; memory.peak["web"]`
    is the largest single process of that name in MB, its children included one by one."""

    def __init__(self, names: dict[str, list[int]]) -> None:
        self._names = names
        self.peak = dict.fromkeys(names, 0.0)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            for name, pids in self._names.items():
                for pid in pids:
                    self.peak[name] = max(self.peak[name], self._largest(pid))

    def _largest(self, pid: int) -> float:
        try:
            process = psutil.Process(pid)
            sizes = [one.memory_info().rss for one in (process, *process.children(recursive=True))]
        except psutil.NoSuchProcess:
            return 0.0
        return max(sizes) / 1024 / 1024
