"""Two Valkey servers, a primary and its replica, watched by two Sentinel processes, all with passwords."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from ops.processes import queue_binary
from tests.services.parent_death import die_with_parent
from tests.services.ports import free_port

PASSWORD, OF_SENTINELS, SERVICE = "for the servers", "for the sentinels", "muster"
SILENT_MILLISECONDS = 400


class Sentinels:
    """`url` is for REDIS_URL; the first Sentinel in it does not exist."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ms-"))
        self._servers: dict[int, subprocess.Popen[bytes]] = {}
        self._sentinels: dict[int, subprocess.Popen[bytes]] = {}
        primary, replica = free_port(), free_port()
        self._start_server(primary)
        self._start_server(replica, f"replicaof 127.0.0.1 {primary}")
        for _ in range(2):
            self._start_sentinel(primary)
        hosts = ",".join(f"127.0.0.1:{port}" for port in (free_port(), *self._sentinels))
        passwords = (PASSWORD.replace(" ", "%20"), OF_SENTINELS.replace(" ", "%20"))
        self.url = f"redis+sentinel://:{passwords[0]}@{hosts}/{SERVICE}/0?sentinel_password={passwords[1]}"
        self._wait_for_both()

    def primary(self) -> int:
        """Return the port of the server that Sentinel names."""
        for port in self._sentinels:
            found = self._client(port, OF_SENTINELS).execute_command(
                "SENTINEL", "get-master-addr-by-name", SERVICE
            )
            return int(found[1])
        raise AssertionError

    def kill_primary(self) -> int:
        """Kill the primary; return its port."""
        port = self.primary()
        process = self._servers.pop(port)
        process.kill()
        process.wait()
        return port

    def fail_over(self) -> None:
        """Kill the primary, wait until the replica has taken its place, and start the old one as replica."""
        killed = self.kill_primary()
        self._eventually(lambda: self.primary() != killed)
        self._start_server(killed, f"replicaof 127.0.0.1 {self.primary()}")

    def remove(self) -> None:
        for process in (*self._sentinels.values(), *self._servers.values()):
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start_server(self, port: int, *more: str) -> None:
        lines = [f"port {port}", "bind 127.0.0.1", f'requirepass "{PASSWORD}"', f'masterauth "{PASSWORD}"']
        lines += [f"dir {self._folder(port)}", 'save ""', "repl-diskless-sync-delay 0", *more]
        self._servers[port] = self._start(port, lines)
        self._answers(port, PASSWORD)

    def _start_sentinel(self, primary: int) -> None:
        port = free_port()
        lines = [f"port {port}", "bind 127.0.0.1", f'requirepass "{OF_SENTINELS}"']
        lines += [f'sentinel sentinel-pass "{OF_SENTINELS}"', f"dir {self._folder(port)}"]
        lines += [
            f"sentinel monitor {SERVICE} 127.0.0.1 {primary} 2",
            f'sentinel auth-pass {SERVICE} "{PASSWORD}"',
            f"sentinel down-after-milliseconds {SERVICE} {SILENT_MILLISECONDS}",
            f"sentinel failover-timeout {SERVICE} 3000",
        ]
        self._sentinels[port] = self._start(port, lines, "--sentinel")
        self._answers(port, OF_SENTINELS)

    def _start(self, port: int, lines: list[str], *more: str) -> "subprocess.Popen[bytes]":
        file = self._folder(port) / "configuration"
        file.write_text("\n".join([*lines, ""]))
        return subprocess.Popen(
            [queue_binary(), str(file), *more],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent,
        )

    def _folder(self, port: int) -> Path:
        folder = self.folder / str(port)
        folder.mkdir(exist_ok=True)
        return folder

    def _answers(self, port: int, password: str) -> None:
        self._eventually(lambda: self._client(port, password).ping())

    def _wait_for_both(self) -> None:
        """Wait until both Sentinels know each other and the replica, which is up to date."""

        def know_all() -> bool:
            found = [
                self._client(port, OF_SENTINELS).execute_command("SENTINEL", "MASTER", SERVICE)
                for port in self._sentinels
            ]
            return all(
                int(one["num-slaves"]) == 1 and int(one["num-other-sentinels"]) == 1 for one in found
            ) and any(
                self._client(port, PASSWORD).info("replication").get("master_link_status") == "up"
                for port in self._servers
            )

        self._eventually(know_all)

    def _client(self, port: int, password: str) -> "Redis[str]":
        return Redis(port=port, password=password, socket_timeout=5, decode_responses=True)

    def _eventually(self, true: "object") -> None:
        give_up = time.monotonic() + 60
        while True:
            try:
                if true():  # type: ignore[operator]
                    return
            except (RedisError, KeyError):
                pass
            assert time.monotonic() < give_up
            time.sleep(0.05)
