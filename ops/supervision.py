"""The supervisor as used by `make run`: started here and queried through its XML-RPC interface, over a
private Unix socket."""

import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from app.platform.places import own_folder, supervisor_socket
from app.platform.settings import Settings
from ops import processes

GROUP = "muster"


@dataclass(frozen=True)
class State:
    """State of a process: its start time (Unix time in seconds, 0 for never) and its id while it is
    running."""

    name: str
    started: int
    pid: int


class Supervisor:
    """The supervisor process. Queries return None while it does not answer.

    `prepared` is an open file in which the process that prepares the database reports.
    """

    def __init__(self, settings: Settings, prepared: int) -> None:
        self._socket = supervisor_socket(settings)
        environment = kept_modules() | {
            "DATA_DIR": str(settings.data_dir),
            "RUN_PYTHON": sys.executable,
            "RUN_CHILD": str(processes.CHILD),
            "RUN_SOCKET": str(self._socket),
            "RUN_PREPARED": str(prepared),
        }
        # It has its own log. Writing other output to a full disk would end it.
        self.process = subprocess.Popen(
            processes.child_command("supervisor", settings),
            cwd=own_folder(settings),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[prepared],
        )

    def states(self) -> list[State] | None:
        """Return the states of all processes."""
        found = self._ask("getAllProcessInfo")
        if found is None:
            return None
        return [State(one["name"], int(one["start"]), int(one["pid"])) for one in found]

    def start(self, names: Iterable[str]) -> bool:
        """Start these processes. Returns False while the supervisor does not answer; try again then."""
        return all(self._ask("startProcess", f"{GROUP}:{name}", False) is not None for name in names)

    def _ask(self, method: str, *values: Any) -> Any:
        # Imported while the supervisor is loading. It answers in a folder of this user's own.
        from xmlrpc.client import Error, Fault, ServerProxy  # nosec B411

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
    """Return our environment with bytecode caching enabled: all processes load the modules at every start."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
