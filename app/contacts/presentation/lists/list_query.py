"""What a user asks the contact list for, in the URL or in a form: search, filter, segment, order, and what
the contacts are selected for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for

from app.accounts.domain import Actor
from app.contacts.application import SORTS, Search, selecting
from app.contacts.application.selecting import SelectionUse
from app.contacts.domain import Status
from app.contacts.presentation.filters import NO_FILTER, ChosenFilter, chosen_filter
from app.platform.ids import number_of


@dataclass(frozen=True)
class ListQuery:
    """A parsed query. `segment` is the one that was opened; a `filter` beside it replaces its criteria. `use`
    and `target` say what contacts are selected for, if the user came from there."""

    text: str = ""
    status: Status | None = None
    tag: str = ""
    filter: ChosenFilter = NO_FILTER
    segment: Any = None
    sort: str = ""
    use: SelectionUse | None = None
    target: str = ""

    @property
    def document(self) -> Any:
        """The criteria document of the filter or segment, or None."""
        return self.segment.criteria if self.segment and not self.filter.text else self.filter.document

    @property
    def search(self) -> Search:
        return Search(self.text, self.status, self.tag, self.document, self.sort)

    @property
    def is_segment_changed(self) -> bool:
        """Whether the filter differs from that of the opened segment."""
        return bool(self.segment and self.filter.text and self.filter.document != self.segment.criteria)

    @property
    def is_segment_alone(self) -> bool:
        """Whether the segment, as saved, is all that is asked for."""
        is_plain = not (self.text or self.status or self.tag or self.filter.text)
        return self.segment is not None and is_plain

    @property
    def values(self) -> dict[str, str]:
        """The query as {parameter: value}, without empty ones."""
        facts = {
            "q": self.text,
            "status": self.status.value if self.status else "",
            "tag": self.tag,
            "filter": self.filter.text,
            "segment": str(self.segment.id) if self.segment else "",
            "sort": self.sort,
            "then": self.then,
        }
        return {name: value for name, value in facts.items() if value}

    @property
    def then(self) -> str:
        """What the contacts are selected for, as a parameter."""
        return f"{self.use.name}.{self.target}" if self.use else ""

    def url(self, endpoint: str = "contacts.index", **more: Any) -> str:
        return url_for(endpoint, **self.values | more)

    def without(self, *names: str) -> "ListQuery":
        """Return the query without these parts (names of attributes)."""
        return replace(self, **{name: getattr(_EMPTY, name) for name in names})


_EMPTY = ListQuery()


def list_query(actor: Actor, given: Mapping[str, str]) -> ListQuery:
    """Read the parameters of a URL or form. Raises NotFound for a segment or target that does not exist."""
    segment_id = number_of(given.get("segment", ""))
    sort = given.get("sort", "")
    use, target = read_then(actor, given.get("then", ""))
    return ListQuery(
        text=given.get("q", "").strip(),
        status=next((one for one in Status if one == given.get("status")), None),
        tag=given.get("tag", "").strip(),
        filter=chosen_filter(given.get("filter", "")),
        segment=selecting.find_segment(actor, segment_id) if segment_id else None,
        sort=sort if sort.removeprefix("-") in SORTS else "",
        use=use,
        target=target,
    )


def read_then(actor: Actor, text: str) -> tuple[SelectionUse | None, str]:
    """Read what contacts are selected for: (use, target). Raises NotFound."""
    name, _, target = text.partition(".")
    if not name:
        return None, ""
    use = selecting.use_named(actor, name)
    if target:
        use.title(actor, target)  # raises NotFound
    return use, target


def filter_text(document: Any) -> str:
    """Return a criteria document as the value of the parameter `filter`."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
