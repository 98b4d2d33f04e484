"""Processes survive when their logs cannot be written, and recover once there is space."""

import time
from pathlib import Path

import pytest

from tests.ops.test_run import PROCESSES, eventually, readiness
from tests.services.installation import Installation
from tests.services.plain_client import fetch
from tests.services.small_disk import small_disk


@pytest.mark.timeout(300)
def test_everything_lives_on_while_the_disk_is_full(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        site = Installation(disk.folder / "data", WORKERS="1", MIN_FREE_BYTES=str(8 * 1024 * 1024))
        site.prepare()
        try:
            site.start(within=170)
            before = {name: site.pid_of(name) for name in (*PROCESSES, "supervisor", "muster")}
            disk.fill()
            eventually(lambda: readiness(site)[1].get("disk") is False)
            ends = time.monotonic() + 8
            while time.monotonic() < ends:
                assert fetch(site.port, "GET", "/healthz")[0] == 200
                fetch(site.port, "GET", "/nowhere")
                time.sleep(0.2)
            assert {name: site.pid_of(name) for name in before if site.is_running(name)} == before
            disk.empty()
            eventually(lambda: readiness(site)[0] == 200)
            assert site.stop() == 0
        finally:
            if site.process is not None and site.process.poll() is None:
                site.stop()


def test_a_start_on_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        disk.fill()
        site = Installation(disk.folder / "data")
        site.begin()
        assert site.wait() == 1
        assert "Muster can’t run: " in site.output
        assert "Traceback" not in site.output
