"""Settings > Topics: what marketing emails are about."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from app.accounts.application import require
from app.accounts.domain import Permission
from app.contacts.application import topics
from app.contacts.domain.topics import MAX_TOPIC
from app.platform import web
from app.platform.errors import Invalid, LimitReached
from app.platform.ids import HIGHEST_ID

blueprint = Blueprint("topics", __name__, url_prefix="/settings/topics")

ONE = f"/<int(max={HIGHEST_ID}):topic_id>"


class TopicForm(web.ShowingForm):
    name = StringField("Name", render_kw={"maxlength": MAX_TOPIC})

    @property
    def given(self) -> str:
        return str(self.name.data or "")


@blueprint.get("")
def index() -> ResponseReturnValue:
    return _list(TopicForm(formdata=None))


@blueprint.post("")
def create() -> ResponseReturnValue:
    form = TopicForm()
    try:
        topics.create_topic(web.actor(), form.given)
    except (Invalid, LimitReached) as wrong:
        form.show({"name": wrong.message})
        return _list(form), web.status_of(wrong)
    flash("Topic created.", "success")
    return _back()


@blueprint.get(ONE)
def show(topic_id: int) -> ResponseReturnValue:
    require(web.actor(), Permission.CONTACTS)
    topic = topics.find_topic(web.actor(), topic_id)
    return _one(topic, TopicForm(formdata=None, name=topic.name))


@blueprint.post(ONE)
def rename(topic_id: int) -> ResponseReturnValue:
    form = TopicForm()
    try:
        topics.rename_topic(web.actor(), topic_id, form.given)
    except Invalid as wrong:
        form.show({"name": wrong.message})
        return _one(topics.find_topic(web.actor(), topic_id), form), 422
    flash("Saved.", "success")
    return _back()


@blueprint.post(f"{ONE}/archive")
def archive(topic_id: int) -> ResponseReturnValue:
    topics.archive_topic(web.actor(), topic_id)
    flash("Topic archived.", "success")
    return _back()


@blueprint.post(f"{ONE}/archive/removal")
def restore(topic_id: int) -> ResponseReturnValue:
    topics.restore_topic(web.actor(), topic_id)
    flash("Topic restored.", "success")
    return _back()


def _back() -> ResponseReturnValue:
    return web.send_to(url_for("topics.index"))


def _list(form: TopicForm) -> str:
    return render_template(
        "contacts/topics.html", topics=topics.list_topics(web.actor()), form=form, nav_active="settings"
    )


def _one(topic: topics.ShownTopic, form: TopicForm) -> str:
    return render_template("contacts/topic.html", topic=topic, form=form, nav_active="settings")
