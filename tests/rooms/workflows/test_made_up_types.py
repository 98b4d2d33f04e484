"""A type is one declaration: the gallery, the drawing and the step's page know a made-up one at once."""

from tests.rooms.gallery.shelf import add_template, cards
from tests.rooms.workflows.drafts import draft, found
from tests.unit.workflows.documents import definition, email, goal, goals
from tests.unit.workflows.made_up import made_up_types
from tests.unit.workflows.test_made_up_types import MOON, lots, pigeon


def everything(paper="letter"):
    home = goals(goal("g", "bird_is_home", after="bird"))
    return definition(email("first"), pigeon(paper=paper), lots(40, 60), trigger=MOON, goals=home)


def test_the_gallery_finds_and_shows_them(app, bob):
    with made_up_types():
        public_id = add_template(app, bob.actor, "Airborne", everything("postcard"))
        add_template(app, bob.actor, "Grounded")
        assert cards(bob.get("/templates?q=airmail")) == ["Airborne"]
        page = bob.get("/templates?step=send_pigeon")
        assert cards(page) == ["Airborne"]
        assert '<option value="send_pigeon" selected>Send pigeon</option>' in page.text
        assert 'tone-violet" title="Send pigeon"' in page.text and "Lottery: one path per person" in page.text
        assert "pigeons" in page.text and "Calendar, Payments, Reviews not connected" in page.text
        shown = bob.get(f"/templates/{public_id}").text
        for words in (
            "When the moon is full",
            "Send a pigeon to Nora",
            "Draw lots",
            "40%",
            "Comes home after",
        ):
            assert words in shown
        assert "tone-violet" in shown and '#flag"></use>' in shown
        message = bob.get(f"/templates/{public_id}/steps/bird").text
        assert '<p class="message-sms">Nora</p>' in message


def test_the_workflow_page_and_the_steps_page_know_them(app, bob):
    with made_up_types():
        public_id = draft(app, bob.actor, definition=everything())
        page = bob.get(f"/workflows/{public_id}").text
        assert "Send a pigeon to Nora" in page and f"/workflows/{public_id}/steps/bird" in page
        form = bob.get(f"/workflows/{public_id}/steps/bird").text
        assert 'name="words" type="text" value="Nora"' in form and "What the bird carries." in form
        assert '<option selected value="letter">A letter</option>' in form
        shown = bob.htmx("post", f"/workflows/{public_id}/steps/bird/preview", data={"words": "Coo"}).text
        assert "Coo" in shown and "3 characters, 1 SMS" in shown
        wrong = {"words": "x" * 21, "paper": "postcard", "revision": "1"}
        refused = bob.post(f"/workflows/{public_id}/steps/bird", wrong)
        assert refused.status_code == 422 and "A postcard holds 20 characters." in refused.text
        sent = {"words": "Fly home", "paper": "postcard", "revision": "1"}
        assert bob.post(f"/workflows/{public_id}/steps/bird", sent).status_code == 303
        assert found(app, bob.actor, public_id).definition["steps"][1]["config"] == {
            "words": "Fly home",
            "paper": "postcard",
        }
    page = bob.get(f"/workflows/{public_id}").text
    assert "Unknown step" in page and "“send_pigeon” isn’t a type of step." in page
    assert bob.get(f"/workflows/{public_id}/steps/bird").status_code == 404
