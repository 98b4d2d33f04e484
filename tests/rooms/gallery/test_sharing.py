"""An agency shares templates with its sub-accounts (T-17); nobody else ever sees them (T-22)."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.application import actor_of, create_sub_account
from app.accounts.infrastructure.tables import Account
from app.activity.infrastructure.queries import audit_entries
from app.gallery import application as gallery
from app.gallery.application.library import sharing
from app.gallery.infrastructure.tables import WorkflowTemplate
from app.platform.database import session, transaction
from app.platform.errors import NotFound
from app.platform.tenancy import WrongAccount, acting_for
from tests.guards.sources import sources
from tests.people import Person, Program, program_of
from tests.rooms.gallery.shelf import SYSTEM_TEMPLATES, add_template, cards, definition, uses
from tests.rooms.gallery.test_api_own_templates import refused
from tests.rooms.gallery.test_api_templates import TEMPLATES, listed
from tests.rooms.gallery.test_library_pages import details
from tests.rooms.workflows.drafts import draft
from tests.unit.workflows.documents import email, step

CLONES = 50


@pytest.fixture
def secret(app: Flask, bob: Person) -> str:
    """A template of the agency."""
    return add_template(app, bob.actor, "Secret sauce", tags=["hush"])


def share(app: Flask, person: Person, public_id: str, *with_whom: Person) -> None:
    """Share with these people's accounts, or with all sub-accounts."""
    ids = [one.actor.account_id for one in with_whom] or None
    with app.app_context(), acting_for(person.actor.account_id):
        sharing.share_template(person.actor, public_id, ids)


def unshare(app: Flask, person: Person, public_id: str, *with_whom: Person) -> None:
    ids = [one.actor.account_id for one in with_whom] or None
    with app.app_context(), acting_for(person.actor.account_id):
        sharing.unshare_template(person.actor, public_id, ids)


def sees(app: Flask, person: Person, public_id: str) -> bool:
    """Whether a person sees a template: in the gallery, in the library, by its id, in the API, and in the
    terminal alike."""
    program = program_of(app, person)
    with app.app_context(), acting_for(person.actor.account_id):
        try:
            gallery.named_template(person.actor, "Secret sauce")
            is_named = True
        except NotFound:
            is_named = False
        names = [one.card.name for one in gallery.all_templates(person.actor)]
    found = {
        is_named,
        "Secret sauce" in names,
        "Secret sauce" in cards(person.get("/templates?q=secret+sauce")),
        "Secret sauce" in person.get("/templates/library?show=shared").text,
        person.get(f"/templates/{public_id}").status_code == 200,
        person.get(f"/templates/{public_id}/clone").status_code == 200,
        person.get(f"/templates/{public_id}/file").status_code == 200,
        "hush" in person.get("/templates").text,
        public_id in {one["id"] for one in listed(program, TEMPLATES)},
        *(
            program.get(f"{TEMPLATES}/{public_id}{way}").status_code == 200
            for way in ("", "/preview", "/versions", "/versions/1", "/export")
        ),
    }
    assert len(found) == 1, "the ways to a template disagree"
    return found.pop()


def test_a_sub_account_sees_what_is_shared_and_nothing_else(
    app: Flask, bob: Person, sam: Person, mallory: Person, secret: str
) -> None:  # T-17, T-22
    other = add_template(app, bob.actor, "Not for you")
    assert not sees(app, sam, secret)
    share(app, bob, secret, sam)
    assert sees(app, sam, secret) and not sees(app, mallory, secret)
    assert "Not for you" not in sam.get("/templates").text
    assert sam.get(f"/templates/{other}").status_code == 404
    assert len(cards(sam.get("/templates?sort=name"))) <= SYSTEM_TEMPLATES + 1
    unshare(app, bob, secret, sam)
    assert not sees(app, sam, secret) and not sees(app, mallory, secret)


def test_it_says_by_whom_it_is_shared(app: Flask, bob: Person, sam: Person, secret: str) -> None:  # T-17
    share(app, bob, secret, sam)
    for address in ("/templates?q=secret", f"/templates/{secret}"):
        assert "Shared by Agency" in sam.get(address).text, address
    assert 'data-label="Shared by">Agency<' in sam.get("/templates/library?show=shared").text
    theirs = program_of(app, sam).get(f"{TEMPLATES}/{secret}").json
    assert (theirs["is_shared"], theirs["shared_by"]) == (True, "Agency")
    ours = program_of(app, bob).get(f"{TEMPLATES}/{secret}").json
    assert (ours["is_shared"], ours["shared_by"]) == (True, None)
    [in_list] = [one for one in listed(program_of(app, bob), TEMPLATES) if one["id"] == secret]
    assert in_list == {name: value for name, value in ours.items() if name != "definition"}
    unshare(app, bob, secret)
    assert program_of(app, bob).get(f"{TEMPLATES}/{secret}").json["is_shared"] is False
    with app.app_context(), transaction():
        session().get_one(Account, bob.actor.account_id).name = "Bureau"
    share(app, bob, secret, sam)
    assert "Shared by Bureau" in sam.get("/templates?q=secret").text


def test_all_includes_future_sub_accounts(
    app: Flask, alice: Person, sam: Person, mallory: Person, secret: str
) -> None:  # T-17
    share(app, alice, secret)
    assert sees(app, sam, secret) and not sees(app, mallory, secret)
    with app.app_context(), acting_for(alice.actor.account_id):
        later = create_sub_account(alice.actor, name="Later")
        assert alice.actor.user_id is not None
        newcomer = actor_of(alice.actor.user_id, later, "terminal")
    with app.app_context(), acting_for(later):
        assert gallery.template_details(newcomer, secret).card.shared_by == "Agency"
    with app.app_context(), acting_for(mallory.actor.account_id):
        theirs = create_sub_account(mallory.actor, name="Elsewhere North")
        assert mallory.actor.user_id is not None
        stranger = actor_of(mallory.actor.user_id, theirs, "terminal")
    with app.app_context(), acting_for(theirs), pytest.raises(NotFound):
        gallery.template_details(stranger, secret)


def test_an_account_that_leaves_the_agency_sees_it_no_longer(
    app: Flask, bob: Person, sam: Person, mallory: Person, secret: str
) -> None:  # T-17
    share(app, bob, secret, sam)
    with app.app_context(), transaction():
        session().get_one(Account, sam.actor.account_id).parent_id = mallory.actor.account_id
    assert not sees(app, sam, secret)


def test_shared_templates_cannot_be_changed(
    app: Flask, bob: Person, sam: Person, secret: str
) -> None:  # T-17
    share(app, bob, secret, sam)
    theirs, address = program_of(app, sam), f"{TEMPLATES}/{secret}"
    before = program_of(app, bob).get(address).json
    refused(theirs.patch(address, {"name": "Ours now"}), 409, "TEMPLATE_READ_ONLY")
    refused(theirs.delete(address), 409, "TEMPLATE_READ_ONLY")
    refused(theirs.get(f"{address}/share"), 409, "TEMPLATE_READ_ONLY")
    refused(theirs.post(f"{address}/share", {"all": True}), 409, "TEMPLATE_READ_ONLY")
    refused(theirs.delete(f"{address}/share"), 409, "TEMPLATE_READ_ONLY")
    for way in ("settings", "deletion", "sharing", "sharing/removal"):
        assert sam.post(f"/templates/{secret}/{way}", {"all": "1", "name": "X"}).status_code == 409
    assert sam.post(f"/templates/{secret}/deletion/removal").status_code == 404
    assert program_of(app, bob).get(address).json == before


def test_deleted_it_is_gone_and_restored_it_is_shared_again(
    app: Flask, bob: Person, sam: Person, secret: str
) -> None:  # T-16, T-17
    share(app, bob, secret, sam)
    bob.post(f"/templates/{secret}/deletion")
    assert not sees(app, sam, secret)
    assert "Secret sauce" not in sam.get("/templates/library?show=deleted").text
    bob.post(f"/templates/{secret}/deletion/removal")
    assert sees(app, sam, secret)


def test_clones_stay_and_are_counted_by_version(
    app: Flask, bob: Person, sam: Person, secret: str
) -> None:  # T-17, T-18
    share(app, bob, secret, sam)
    theirs, ours = program_of(app, sam), program_of(app, bob)
    first = theirs.post(f"{TEMPLATES}/{secret}/clone", {"name": "One"}).json["workflow_id"]
    ours.patch(f"{TEMPLATES}/{secret}", {"description": "Better"})
    for name in ("Two", "Three"):
        answer = theirs.post(f"{TEMPLATES}/{secret}/clone", {"name": name})
        assert answer.status_code == 201 and answer.json["template_version"] == 2
    assert theirs.get(f"/workflows/{first}").json["template"]["id"] == secret
    [row] = [
        one
        for one in listed(ours, f"{TEMPLATES}/{secret}/share")
        if one["account_id"] == sam.actor.account_id
    ]
    assert row == {
        "account_id": sam.actor.account_id,
        "name": "Branch",
        "is_shared": True,
        "workflows": 3,
        "versions": [{"version": 2, "workflows": 2}, {"version": 1, "workflows": 1}],
    }
    ours.post(f"{TEMPLATES}/{secret}/clone", {"name": "Ours"})
    assert [one.get(f"{TEMPLATES}/{secret}").json["times_used"] for one in (theirs, ours)] == [3, 4]
    assert [one["times_used"] for one in listed(theirs, TEMPLATES) if one["id"] == secret] == [3]
    assert "2 from version 2, 1 from version 1" in " ".join(
        bob.get(f"/templates/{secret}/sharing").text.split()
    )
    unshare(app, bob, secret, sam)
    kept = theirs.get(f"/workflows/{first}").json
    assert kept["template"]["name"] == "Secret sauce" and kept["template"]["id"] is None
    assert sam.get(f"/workflows/{first}").status_code == 200
    refused(theirs.post(f"{TEMPLATES}/{secret}/clone", {}), 404, "TEMPLATE_NOT_FOUND")
    assert uses(app, bob.actor, secret) == 4


def test_a_clone_does_not_know_the_agencys_workflows(app: Flask, bob: Person, sam: Person) -> None:  # T-17
    inside = draft(app, bob.actor, "Internal plans", definition=definition())
    document = definition(email("hello"), step("next", "enroll_in_workflow", workflow=inside))
    public_id = add_template(app, bob.actor, "Secret sauce", document)
    share(app, bob, public_id, sam)
    theirs = program_of(app, sam)
    made = theirs.post(f"{TEMPLATES}/{public_id}/clone", {}).json["workflow_id"]
    steps = theirs.get(f"/workflows/{made}").json["definition"]["steps"]
    assert steps[1]["config"]["workflow"] == ""
    assert "Internal plans" not in sam.get(f"/templates/{public_id}").text


def test_what_refers_to_the_agencys_workflows_can_be_copied_and_imported(
    app: Flask, bob: Person, sam: Person
) -> None:  # T-17, T-20
    inside = draft(app, bob.actor, "Internal plans", definition=definition())
    document = definition(email("hello"), step("next", "enroll_in_workflow", workflow=inside))
    public_id = add_template(app, bob.actor, "Secret sauce", document)
    share(app, bob, public_id, sam)
    theirs = program_of(app, sam)
    file = io.BytesIO(sam.get(f"/templates/{public_id}/file").data)
    report = sam.post("/templates/import", {"file": (file, "sauce.yaml")})
    assert report.status_code == 200 and "Internal plans" not in report.text
    copied = sam.post(f"/templates/{public_id}/copy", details(name="Ours"))
    imported = theirs.post(f"{TEMPLATES}/import", {"file": sam.get(f"/templates/{public_id}/file").text})
    assert (copied.status_code, imported.status_code) == (303, 201)
    for made in (copied.location.split("/")[2], imported.json["id"]):
        cloned = theirs.post(f"{TEMPLATES}/{made}/clone", {}).json["workflow_id"]
        steps = theirs.get(f"/workflows/{cloned}").json["definition"]["steps"]
        assert steps[1]["config"]["workflow"] == ""
        changed = theirs.patch(f"{TEMPLATES}/{made}", {"definition": definition(email("hello"))})
        assert changed.status_code == 200
        assert sam.post(f"/templates/{made}/versions/1/restoration").status_code == 303


def test_clones_of_many_at_once_are_each_counted_once(
    app: Flask, bob: Person, sam: Person, secret: str
) -> None:  # T-17, T-18
    share(app, bob, secret, sam)
    ready = Barrier(5)

    def clone(thread: int) -> None:
        with app.app_context(), acting_for(sam.actor.account_id):
            ready.wait(timeout=30)
            for number in range(CLONES // 5):
                gallery.clone_template(
                    sam.actor, secret, name="Mine", idempotency_key=f"{thread}-{number}", same_name=True
                )

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(clone, range(5)))
    assert uses(app, bob.actor, secret) == CLONES
    rows = listed(program_of(app, bob), f"{TEMPLATES}/{secret}/share")
    assert [one["workflows"] for one in rows] == [CLONES]


def test_shared_with_all_or_chosen_in_the_browser(
    app: Flask, alice: Person, sam: Person, secret: str
) -> None:  # T-17
    address = f"/templates/{secret}/sharing"
    branch = str(sam.actor.account_id)
    assert "Not shared." in alice.get(address).text
    assert alice.post(address, {"accounts": [branch]}).status_code == 303
    assert "Shared with 1 of 1 sub-account." in alice.get(address).text and sees(app, sam, secret)
    assert alice.post(f"{address}/removal", {"accounts": [branch]}).status_code == 303
    assert not sees(app, sam, secret)
    assert alice.post(address, {"all": "1"}).status_code == 303
    assert "Shared with all 1 sub-account" in alice.get(address).text and sees(app, sam, secret)
    assert alice.post(f"{address}/removal", {"accounts": [branch]}).status_code == 409
    assert alice.post(f"{address}/removal", {"all": "1"}).status_code == 303
    assert not sees(app, sam, secret)
    nothing = alice.post(address, {"q": "north"}, follow_redirects=True)
    assert "Select the sub-accounts first" in nothing.text and "q=north" in nothing.request.url
    assert alice.post(address, {"accounts": ["x"]}).status_code == 404
    assert "None of your sub-accounts" in alice.get(f"{address}?q=zzz").text


def test_many_sub_accounts_are_shown_in_pages(
    app: Flask, alice: Person, program: Program, secret: str
) -> None:  # T-17
    with app.app_context(), acting_for(alice.actor.account_id):
        for number in range(60):
            create_sub_account(alice.actor, name=f"Shop {number % 30:02}")
    rows = listed(program, f"{TEMPLATES}/{secret}/share?limit=7")
    assert len(rows) == len({one["account_id"] for one in rows}) == 61
    assert [one["name"] for one in rows] == sorted(one["name"] for one in rows)
    assert len(listed(program, f"{TEMPLATES}/{secret}/share?q=SHOP%200&limit=7")) == 20
    assert "Shop 00" in alice.get(f"/templates/{secret}/sharing?q=%00shop").text
    first = alice.get(f"/templates/{secret}/sharing").text
    [following] = re.findall(r'rel="next" href="([^"]+)"', first)
    assert "Shop 29" not in first and "Shop 29" in alice.get(following.replace("&amp;", "&")).text


def test_only_sub_accounts_are_shared_with(
    app: Flask, program: Program, mallory: Person, secret: str
) -> None:  # T-17, T-22
    for account_id in (mallory.actor.account_id, program.actor.account_id, 2**62):
        body = {"account_ids": [account_id]}
        problem = refused(program.post(f"{TEMPLATES}/{secret}/share", body), 404, "NOT_FOUND")
        assert "account_ids" in problem["fields"]
        path = f"{TEMPLATES}/{secret}/share?account_id={account_id}"
        assert "account_id" in refused(program.delete(path), 404, "NOT_FOUND")["fields"]
    assert program.get(f"{TEMPLATES}/{secret}").json["is_shared"] is False


def test_others_neither_share_nor_see_with_whom(
    app: Flask, vera: Person, sam: Person, mallory: Person, secret: str
) -> None:  # T-17, T-22
    own = add_template(app, sam.actor, "Mine")
    refused(program_of(app, sam).post(f"{TEMPLATES}/{own}/share", {"all": True}), 409, "CONFLICT")
    assert sam.get(f"/templates/{own}/sharing").status_code == 409
    assert "Share</a>" not in sam.get(f"/templates/{own}").text
    theirs = program_of(app, mallory)
    for method, body in (("GET", None), ("POST", {"all": True}), ("DELETE", None)):
        refused(theirs.send(method, f"{TEMPLATES}/{secret}/share", body), 404, "TEMPLATE_NOT_FOUND")
    viewer = program_of(app, vera)
    refused(viewer.post(f"{TEMPLATES}/{secret}/share", {"all": True}), 403, "NOT_ALLOWED")
    refused(viewer.delete(f"{TEMPLATES}/{secret}/share"), 403, "NOT_ALLOWED")
    page = vera.get(f"/templates/{secret}/sharing")
    assert page.status_code == 200 and "Share with" not in page.text
    assert "They see all its versions, with their notes, and nothing else of your account." in page.text


def test_each_act_is_in_the_log_once(
    app: Flask, alice: Person, program: Program, sam: Person, secret: str
) -> None:  # T-21
    address, branch = f"{TEMPLATES}/{secret}/share", sam.actor.account_id
    for _ in range(2):
        answer = program.post(address, {"account_ids": [branch]})
        assert answer.json == {"all": False, "accounts": 1}
    for _ in range(2):
        assert program.post(address, {"all": True}).json == {"all": True, "accounts": 0}
    assert program.post(address, {"account_ids": [branch]}).json == {"all": True, "accounts": 0}
    refused(program.delete(f"{address}?account_id={branch}"), 409, "CONFLICT")
    for _ in range(2):
        assert program.delete(address).status_code == 204
    with app.app_context():
        entries = [one for one in audit_entries(program.actor.account_id) if "shared" in one.action]
    assert [(one.action, one.facts["account_ids"]) for one in entries] == [
        ("template_unshared", None),
        ("template_shared", None),
        ("template_shared", [branch]),
    ]
    log = " ".join(re.sub(r"<[^>]+>", "", alice.get("/activity").text).split())
    assert "with Branch" in log and "stopped sharing the template" in log and "with all sub-accounts" in log


def test_one_file_reads_what_others_share(app: Flask, sam: Person) -> None:  # T-22
    """The guard of tenancy lets queries with this option pass, and queries alone."""
    users = [
        one.name for one in sources() if '"reads_lent": True' in one.text or "reads_lent=True" in one.text
    ]
    assert sorted(map(Path, users)) == [
        Path("app/gallery/infrastructure/sharing.py"),
        Path("app/platform/database/short_reads.py"),
    ]
    change: Any = sa.update(WorkflowTemplate.__table__).values(name="x")
    with app.app_context(), acting_for(sam.actor.account_id), pytest.raises(WrongAccount):
        session().execute(change, execution_options={"reads_lent": True})
    with app.app_context(), acting_for(sam.actor.account_id), pytest.raises(WrongAccount):
        session().execute(sa.text("SELECT id FROM contacts"), execution_options={"reads_lent": True})
