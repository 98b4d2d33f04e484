"""The process that holds event streams stops at once, whatever it is doing."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from app.platform.places import events_socket
from app.platform.settings import Settings

SLOW = """
import asyncio, os, time
from app.platform.settings import Settings
from ops.event_streams.process import run
asyncio.run(run(Settings.from_environment(os.environ), lambda: time.sleep(600)))
"""


def test_it_stops_while_it_loads_the_app(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path)}
    path = events_socket(Settings.from_environment(environment))
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen([sys.executable, "-c", SLOW], env=environment, stderr=subprocess.PIPE)
    try:
        give_up = time.monotonic() + 60
        while not Path(path).exists():
            assert process.poll() is None and time.monotonic() < give_up
            time.sleep(0.05)
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(str(path))
            asking.sendall(b"{}\n")
            time.sleep(0.5)
            process.terminate()
            _, errors = process.communicate(timeout=30)
        assert process.returncode == 0 and errors == b""
    finally:
        process.kill()
