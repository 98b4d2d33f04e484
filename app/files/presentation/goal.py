"""The destination that a page is about: opened for the person who asks, with the addresses of its pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Final

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.files import application as files
from app.platform import web
from app.platform.errors import NotFound

View = Callable[..., ResponseReturnValue]
Route = tuple[str, str, View]
"""The end of an address, an HTTP method, and the view; its name is that of the endpoint."""

EXPIRED: Final = "This upload has expired. Files that aren’t used are deleted after a day."


@dataclass(frozen=True)
class Goal:
    """`at` holds the parts of the address that say which destination of its kind is meant."""

    kind: files.DestinationKind
    at: Mapping[str, Any]
    destination: files.Destination

    @property
    def upload_url(self) -> str:
        return self.url("upload.choose", **self.destination.kept)

    def mapping_url(self, upload_id: str, **more: str | None) -> str:
        return self.url("mapping.show", upload_id=upload_id, **(dict(self.destination.kept) | more))

    def url(self, page: str, **more: Any) -> str:
        return url_for(page, to=self.kind.key, **self.at, **more)


def routes(name: str, views: Sequence[Route], kinds: Sequence[files.DestinationKind]) -> Blueprint:
    """A blueprint with each view under the address of every kind of destination. Views get the kind's key as
    `to`, and the parts of its address."""
    blueprint = Blueprint(name, __name__)
    for kind in kinds:
        for end, method, view in views:
            rule, only = kind.address + end, {"to": kind.key}
            blueprint.add_url_rule(rule, view.__name__, view, methods=[method], defaults=only)
    return blueprint


def open_goal(to: str, at: Mapping[str, Any]) -> Goal:
    """Raises NotAllowed and NotFound."""
    kind = files.destination_kind(to)
    return Goal(kind, dict(at), kind.open(web.actor(), at, request.args))


def with_file(view: View) -> View:
    """Give the view the goal and the upload of its address in place of their ids. Raises NotFound."""

    @wraps(view)
    def run(to: str, upload_id: Any, **at: Any) -> ResponseReturnValue:
        goal = open_goal(to, at)
        upload = files.kept(web.actor().account_id, str(upload_id))
        if upload is None:
            again = {"next_url": goal.upload_url, "next_label": "Upload the file again"}
            raise NotFound("NOT_FOUND", EXPIRED, **again)
        return view(replace(goal, destination=goal.destination.with_upload(upload)), upload)

    return run
