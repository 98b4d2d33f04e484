"""The destination of a page, opened for the current user, with the URLs of its pages."""

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
"""(URL suffix, HTTP method, view); the endpoint is named after the view."""

EXPIRED: Final = "This upload has expired. Files that aren’t used are deleted after a day."


@dataclass(frozen=True)
class DestinationPages:
    """An opened destination. `at` holds the URL variables that identify it."""

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
    """Create a blueprint with each view under the URLs of every kind of destination. Views receive the kind's
    key as `to` and the URL variables."""
    blueprint = Blueprint(name, __name__)
    for kind in kinds:
        for end, method, view in views:
            rule, only = kind.address + end, {"to": kind.key}
            blueprint.add_url_rule(rule, view.__name__, view, methods=[method], defaults=only)
    return blueprint


def open_destination(to: str, at: Mapping[str, Any]) -> DestinationPages:
    """Open the destination for the current user. Raises NotAllowed and NotFound."""
    kind = files.destination_kind(to)
    return DestinationPages(kind, dict(at), kind.open(web.actor(), at, request.args))


def with_file(view: View) -> View:
    """Pass the destination's pages and the upload to the view in place of their ids. Raises NotFound."""

    @wraps(view)
    def run(to: str, upload_id: Any, **at: Any) -> ResponseReturnValue:
        pages = open_destination(to, at)
        upload = files.kept(web.actor().account_id, str(upload_id))
        if upload is None:
            again = {"next_url": pages.upload_url, "next_label": "Upload the file again"}
            raise NotFound("NOT_FOUND", EXPIRED, **again)
        return view(replace(pages, destination=pages.destination.with_upload(upload)), upload)

    return run
