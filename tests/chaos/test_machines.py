"""Two machines with folders of their own that share PostgreSQL, a queue behind Sentinel, and a bucket (B-05).

One round, which stands for the others in a run of all tests; `make chaos` tries more tests of this folder so.
"""

import sqlalchemy as sa

from app.notifications.infrastructure.tables import Notification
from app.platform.database import session
from tests.chaos.siege import Siege, eventually
from tests.services.plain_client import fetch, sign_in_alice


def test_a_job_on_two_machines_that_lose_parts(siege: Siege, few_rounds):
    signed_in = sign_in_alice(siege.sites[0])
    job = siege.start(siege.workflow(f"On two machines {few_rounds}"), first=8_000_000 + few_rounds * 10_000)
    eventually(lambda: siege.done(job) > 0)
    siege.kill("worker-1")
    siege.kill("queue")
    siege.kill("worker-2")
    siege.sites[1].kill("web")
    siege.all_is_well(job)
    siege.everybody_is_in(job)
    assert told(siege, job) == 1
    for site in siege.sites:
        status, page, _ = fetch(site.port, "GET", f"/enrollments/{job}", headers={"Cookie": signed_in.cookie})
        assert status == 200 and "Completed" in page
        assert {path.name for path in site.data_dir.iterdir()} & {"muster.db", "queue", "uploads"} == set()
    assert len(siege.bucket.keys) > 0


def told(siege: Siege, job: str) -> int:
    """How often its starter was told that the job has ended."""
    with siege.trial.acting():
        query = sa.select(sa.func.count()).select_from(Notification).where(Notification.subject_id == job)
        return session().scalar(query.where(Notification.kind == "job_ended")) or 0
