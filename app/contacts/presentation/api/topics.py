"""Topics of marketing emails."""

from typing import Annotated, Final

from pydantic import ConfigDict

from app.contacts.application import topics
from app.contacts.application.topics import ShownTopic
from app.contacts.domain.topics import MAX_TOPIC
from app.contacts.presentation.api.contacts import blueprint
from app.platform import web
from app.platform.api.operations import operation
from app.platform.api.schemas import Body, Page, Schema, described

TAG: Final = "Topics"


class Topic(Schema):
    """What marketing emails are about. Contacts can stop it on the unsubscribe page."""

    id: int = described("ID of the topic.", 3)
    key: str = described("How email steps name the topic, in `topic`; it never changes.", "newsletter")
    name: str = described("Name of the topic for people.", "Newsletter")
    archived: bool = described("Whether the topic is no longer offered.", False)
    stops: int = described("Number of contacts who have stopped it.", 12)


class NewTopic(Body):
    """A topic to create."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Newsletter"}]})

    name: Annotated[
        str, described("Name of the topic for people.", "Newsletter", min_length=1, max_length=MAX_TOPIC)
    ]


@blueprint.get("/topics")
@operation(TAG, Page[Topic], permission="report:view")
def list_topics() -> Page[Topic]:
    """List topics

    All topics of the account by name, archived ones last, on one page.
    """
    return Page(data=[_shown(one) for one in topics.list_topics(web.actor())], next_cursor=None)


@blueprint.post("/topics")
@operation(
    TAG,
    Topic,
    status=201,
    permission="contact:manage",
    idempotent=True,
    says={429: "The rate limit, or the limit of topics, is reached."},
)
def create_topic(body: NewTopic) -> tuple[Topic, int]:
    """Create a topic"""
    return _shown(topics.create_topic(web.actor(), body.name)), 201


def _shown(one: ShownTopic) -> Topic:
    return Topic(id=one.id, key=one.key, name=one.name, archived=one.is_archived, stops=one.stops)
