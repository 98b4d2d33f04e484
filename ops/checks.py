"""Checks before anything is started: folders, port, and external servers."""

import errno
import os
import socket
import stat
import tempfile
import time

from app.platform.places import events_socket, log_folder, run_folder, supervisor_socket
from app.platform.settings import Settings
from ops import processes
from ops.problems import Problem

QUEUE_WAIT_SECONDS = 5


def check_part(settings: Settings, part: str) -> None:
    """Check that a machine that runs only a part shares the rest with others. Raises Problem."""
    if part != processes.ALL and (settings.is_sqlite or settings.embedded_queue):
        raise Problem(
            f"“python -m ops {part}” is for several machines, which share a database and a queue."
            " Set DATABASE_URL and REDIS_URL, or start everything: make run"
        )


def check_folders(settings: Settings) -> None:
    """Create the data directory and check that it and its folders are writable. Raises Problem."""
    folders = [settings.data_dir, run_folder(settings), log_folder(settings)]
    if settings.embedded_queue:
        folders.append(settings.data_dir / "queue")
    try:
        for path in folders:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=path):
                pass
    except OSError as wrong:
        raise Problem(
            f"DATA_DIR {settings.data_dir} isn’t writable ({wrong.strerror}). Choose another folder."
        ) from None


def check_port(settings: Settings) -> None:
    """Check that HOST and PORT are available. Raises Problem."""
    host, port = settings.host, settings.port
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except socket.gaierror:
        raise Problem(f"HOST {host} isn’t a known address.") from None
    except OSError as wrong:
        raise Problem(_port_sentence(host, port, wrong)) from None


def check_queue(settings: Settings) -> None:
    """Check that the server at REDIS_URL answers; the embedded queue has not been started yet and is skipped.
    Raises Problem."""
    if settings.embedded_queue:
        return
    from redis.exceptions import RedisError  # takes 0.1 s; not needed with the embedded queue

    from app.platform.queue_connections import connect

    give_up = time.monotonic() + QUEUE_WAIT_SECONDS
    with connect(settings.queue_url, socket_connect_timeout=2, socket_timeout=2) as queue:
        while True:
            try:
                queue.ping()
                return
            except RedisError as failure:
                if time.monotonic() > give_up:
                    raise Problem(f"The queue at REDIS_URL isn’t responding: {failure}.") from None
                time.sleep(0.2)


def make_socket_folders(settings: Settings) -> None:
    """Create the private folders of the sockets; temporary ones if the path of DATA_DIR is too long."""
    sockets = [supervisor_socket(settings), events_socket(settings)]
    sockets += [settings.queue_socket] if settings.embedded_queue else []
    for folder in {path.parent for path in sockets}:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_relative_to(settings.data_dir):
            continue
        found = folder.lstat()  # does not follow links: anyone can create one in a temporary folder
        if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
            raise Problem(
                f"The folder {folder} belongs to another user, so it isn’t a safe place for sockets."
            )


def _port_sentence(host: str, port: int, wrong: OSError) -> str:
    if wrong.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is already in use. Try another one: PORT={_next(port)} make run"
    if wrong.errno == errno.EACCES:
        return f"Port {port} requires administrator rights. Choose one above 1023: PORT=8000 make run"
    if wrong.errno == errno.EADDRNOTAVAIL:
        return f"HOST {host} isn’t an address of this machine."
    return f"Muster can’t listen on {host}, port {port} ({wrong.strerror})."


def _next(port: int) -> int:
    return port + 1 if port < 65_535 else 8000
