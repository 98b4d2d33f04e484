"""The supervisor as `make run` sees it: started here, then asked through its own interface how the processes
are. That is XML-RPC over a Unix socket, which only we may open."""

import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from app.platform.settings import Settings
from ops import processes
from ops.places import own_folder, supervisor_socket

GROUP = "muster"


@dataclass(frozen=True)
class State:
    """A process: when it was started (seconds since 1970, 0 for never), and its id while it lives."""

    name: str
    started: int
    pid: int


class Supervisor:
    """The supervisor's process. What its interface is asked for is None while it does not answer."""

    def __init__(self, settings: Settings) -> None:
        self._socket = supervisor_socket(settings)
        environment = kept_modules() | {
            "DATA_DIR": str(settings.data_dir),
            "RUN_PYTHON": sys.executable,
            "RUN_CHILD": str(processes.CHILD),
            "RUN_SOCKET": str(self._socket),
        }
        # It has a log of its own. What it wrote besides, on a disk that is full, would end it.
        self.process = subprocess.Popen(
            processes.child_command("supervisor", settings),
            cwd=own_folder(settings),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def states(self) -> list[State] | None:
        """All processes."""
        found = self._ask("getAllProcessInfo")
        if found is None:
            return None
        return [State(one["name"], int(one["start"]), int(one["pid"])) for one in found]

    def start(self, names: Iterable[str]) -> bool:
        """Have these processes started. Returns False while the supervisor does not answer: try again."""
        return all(self._ask("startProcess", f"{GROUP}:{name}", False) is not None for name in names)

    def _ask(self, method: str, *values: Any) -> Any:
        from xmlrpc.client import Error, Fault, ServerProxy  # loaded while the supervisor itself loads

        from supervisor.xmlrpc import Faults, SupervisorTransport  # type: ignore[import-untyped]

        transport = SupervisorTransport(serverurl=f"unix://{self._socket}")
        try:
            with ServerProxy("http://localhost", transport=transport) as server:
                return getattr(cast(Any, server).supervisor, method)(*values)
        except Fault as fault:
            return True if fault.faultCode == Faults.ALREADY_STARTED else None
        except (OSError, Error):
            return None


def kept_modules() -> dict[str, str]:
    """Our environment, but compiled modules are always kept: all processes load them at every start."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
