"""A Valkey server on a Unix socket that tests can flush, kill, and restart."""

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from ops.processes import queue_binary
from tests.services.parent_death import die_with_parent


class Valkey:
    """A server with its data in a temporary folder. `url` stays the same across restarts."""

    def __init__(self, append_only: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mv-"))
        self.url = f"unix://{self.folder / 's'}"
        self._append_only = append_only
        self._process: subprocess.Popen[bytes] | None = None
        self._client = Redis.from_url(self.url)

    def start(self) -> "Valkey":
        """Start and wait until it responds."""
        command = [queue_binary(), "--port", "0", "--unixsocket", str(self.folder / "s"), "--save", ""]
        command += ["--dir", str(self.folder), "--appendonly", "yes" if self._append_only else "no"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent
        )
        give_up = time.monotonic() + 20
        while True:
            try:
                self._client.ping()
                return self
            except RedisError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.01)

    def stop(self) -> None:
        """Shut down gracefully. Data survives only with `append_only`."""
        self._end("terminate")

    def kill(self, lose_data: bool = False) -> None:
        """Send SIGKILL and, if `lose_data`, delete the data on disk."""
        self._end("kill")
        if lose_data:
            shutil.rmtree(self.folder / "appendonlydir", ignore_errors=True)

    def freeze(self) -> None:
        """Stop responding, without closing connections, until `resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def flush(self) -> None:
        """Delete all keys."""
        self._client.flushall()

    def client(self) -> "Redis[bytes]":
        """Return a client for tests."""
        return self._client

    def remove(self) -> None:
        """Kill the server and delete its data."""
        self._end("kill")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _signal(self, kind: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(kind)

    def _end(self, how: str) -> None:
        if self._process is not None:
            getattr(self._process, how)()
            self._process.wait(timeout=30)
            self._process = None
        self._client.connection_pool.disconnect()
