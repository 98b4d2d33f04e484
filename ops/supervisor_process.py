"""The supervisor with Muster loaded: `python -m ops.supervisor_process`.

Muster's Python processes, and first the one that prepares the database, are forked from it and run their
command without loading all modules again. On other systems than Linux, whose libraries do not all survive a
fork, and for programs that are not Python, processes are started as usual.
"""

import gc
import os
import runpy
import signal
import subprocess
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from supervisor.options import ServerOptions  # type: ignore[import-untyped]
from supervisor.supervisord import go  # type: ignore[import-untyped]

from app import create_app
from app.platform.places import log_folder, own_folder
from app.platform.settings import Settings
from ops import child
from ops.shutdown import leave

CONFIGURATION = "run/supervisor.ini"
HANDLED = (signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR2)


class ForkingOptions(ServerOptions):  # type: ignore[misc]
    """Options of a supervisor that does not replace the program of a new process if it is Python's."""

    def execve(self, filename: str, argv: list[str], env: dict[str, str]) -> None:
        """Run a command in this process, which has just been forked. Does not return."""
        name, folder = argv[-2:]
        command, _ = child.command_of(name, folder)
        if sys.platform != "linux" or command[0] != sys.executable:
            super().execve(filename, argv, env)
        _forget_supervisor()
        os.environ.update(env)
        child.take_place(name, folder)
        run_python(command[1:])


def run_python(arguments: list[str]) -> NoReturn:
    """Do what `python` does with `-m MODULE …` or `FILE …`, and exit."""
    code: object = 0
    try:
        if arguments[0] == "-m":
            sys.argv = arguments[1:]
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv = arguments
            runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        print(code, file=sys.stderr)
    leave(code if isinstance(code, int) else int(bool(code)))


def _forget_supervisor() -> None:
    """Handle signals as a new process does. The supervisor's files are closed already."""
    for kind in HANDLED:
        signal.signal(kind, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def prepare(log_file: Path, pipe: int) -> None:
    """Let another process prepare the database, which reports through `pipe`."""
    arguments = ["-m", "ops.prepare", str(log_file), str(pipe)]
    if sys.platform != "linux":
        subprocess.Popen([sys.executable, *arguments], pass_fds=[pipe])
    elif os.fork() == 0:
        child.end_with_parent()
        run_python(arguments)
    os.close(pipe)


def main() -> None:
    """Load the app, have the database prepared, and supervise until SIGTERM.

    If the app cannot be loaded, each process will say why.
    """
    settings = Settings.from_environment(os.environ)
    with suppress(Exception, SystemExit):
        create_app(settings, process="worker")
    gc.freeze()
    prepare(log_folder(settings) / "start.log", int(os.environ.pop("RUN_PREPARED")))
    os.chdir(own_folder(settings))
    options = ForkingOptions()
    options.realize(["-n", "-c", CONFIGURATION])
    options.first, options.test = True, False
    go(options)
    leave(0)


if __name__ == "__main__":
    main()
