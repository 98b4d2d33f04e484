"""To-dos on the home page are closed by a correction, dismissed, and restored (B-24, B-28)."""

import re

from tests.rooms.bulk_enrollment.jobs import MIXED, start_job
from tests.rooms.bulk_enrollment.test_corrections import corrected
from tests.rooms.files.mapping_pages import decide, uploaded
from tests.rooms.workflows.drafts import active


def to_dos(person, address="/"):
    page = person.get(address).text
    return page.split('id="attention"')[1].split("</section>")[0]


def test_starting_the_correction_closes_the_to_do(app, bob, run_tasks):
    workflow = active(app, bob.actor, "Win-back")
    job = start_job(app, bob.actor, MIXED, workflow_id=workflow)
    run_tasks()
    assert job in to_dos(bob)
    address = uploaded(bob, workflow, corrected(bob, job))
    decide(bob, address, "check")
    run_tasks()
    assert job in to_dos(bob), "a check has started nothing"
    decide(bob, address, "start")
    assert job not in to_dos(bob)
    correction = re.findall(r'href="/enrollments/([0-9a-f-]{36})"', bob.get("/enrollments").text)[0]
    bob.post(f"/enrollments/{correction}/cancellation")
    assert job in to_dos(bob), "a correction that was canceled has corrected nothing"


def test_a_to_do_is_dismissed_for_everybody_and_can_be_brought_back(app, alice, bob, run_tasks):
    job = start_job(app, bob.actor, MIXED)
    run_tasks()
    assert f'action="/enrollments/{job}/dismissal"' in to_dos(bob)
    answer = bob.post(f"/enrollments/{job}/dismissal")
    assert answer.status_code == 303
    back = f'action="/enrollments/{job}/dismissal/removal"'
    assert back in to_dos(bob, answer.headers["Location"])
    start_job(app, bob.actor, MIXED)
    page = bob.get(answer.headers["Location"]).text
    poll = re.search(r'id="work"[^>]* hx-get="([^"]+)"', page)[1]
    assert back in bob.htmx("GET", poll).text, "a poll keeps the way back"
    assert "Nothing needs attention" in to_dos(alice)
    assert bob.post(f"/enrollments/{job}/dismissal").status_code == 303, "twice does no harm"
    bob.post(f"/enrollments/{job}/dismissal/removal")
    assert f"/enrollments/{job}/dismissal" in to_dos(alice)
    assert "dismissed the to-do of" in bob.get("/activity").text


def test_who_may_not(app, bob, vera, mallory, run_tasks):
    job = start_job(app, bob.actor, MIXED)
    assert bob.post(f"/enrollments/{job}/dismissal").status_code == 409, "it runs"
    run_tasks()
    assert "dismissal" not in to_dos(vera) and job in to_dos(vera)
    for part in ("dismissal", "dismissal/removal"):
        assert vera.post(f"/enrollments/{job}/{part}").status_code == 403
        assert mallory.post(f"/enrollments/{job}/{part}").status_code == 404
    assert job in to_dos(bob)
    bob.post(f"/enrollments/{job}/dismissal")
    assert job not in mallory.get(f"/?dismissed={job}").text.split("<main")[1]
