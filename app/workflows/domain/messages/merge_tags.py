"""The merge tags that texts may use, with labels and samples, and the analysis of a text before it is saved.

The analysis reads the syntax tree instead of rendering the text, so it also finds unknown tags in branches
that sample data would not take.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from liquid.exceptions import BlockNestingError, LiquidError

from app.contacts.domain.criteria import CUSTOM
from app.workflows.domain.messages.liquid_filters import FILTERS
from app.workflows.domain.messages.liquid_texts import fill, parse_strictly, refusal
from app.workflows.domain.messages.marks import CONTROL


@dataclass(frozen=True, slots=True)
class MergeTag:
    """A merge tag.

    `need` is the integration that fills it; `link` means that its value is a web address; `moment` is the
    sample as a date, for date filters.
    """

    name: str
    label: str
    sample: str
    group: str
    link: bool = False
    need: str = ""
    moment: date | None = None

    @property
    def liquid(self) -> str:
        """The tag as written in a text."""
        return "{{ " + self.name + " }}"


MERGE_TAGS: dict[str, MergeTag] = {
    tag.name: tag
    for tag in (
        MergeTag("contact.first_name", "First name", "Nora", "Contact"),
        MergeTag("contact.last_name", "Last name", "Lindqvist", "Contact"),
        MergeTag("contact.full_name", "Full name", "Nora Lindqvist", "Contact"),
        MergeTag("contact.email", "Email", "nora.lindqvist@example.com", "Contact"),
        MergeTag("contact.phone", "Phone", "+44 20 7946 0123", "Contact"),
        MergeTag("contact.company", "Company", "Lindqvist Interiors", "Contact"),
        MergeTag("contact.city", "City", "Bristol", "Contact"),
        MergeTag("contact.country", "Country", "United Kingdom", "Contact"),
        MergeTag("contact.birthday", "Birthday", "June 12, 1988", "Contact", moment=date(1988, 6, 12)),
        MergeTag("contact.time_zone", "Time zone", "Europe/London", "Contact"),
        MergeTag("contact.status", "Status", "active", "Contact"),
        MergeTag("contact.created_at", "Added on", "March 3, 2026", "Contact", moment=date(2026, 3, 3)),
        MergeTag("account.name", "Your business", "Harbor Studio", "Your business"),
        MergeTag("account.phone", "Your phone", "+44 20 7946 0456", "Your business"),
        MergeTag("account.website", "Your website", "https://www.example.com", "Your business", link=True),
        MergeTag(
            "account.postal_address", "Your postal address", "1 Quay Street\nBristol BS1 4DJ", "Your business"
        ),
        MergeTag(
            "account.booking_link",
            "Your booking page",
            "https://book.example.com/harbor",
            "Your business",
            link=True,
            need="calendar",
        ),
        MergeTag(
            "account.review_link",
            "Your review page",
            "https://reviews.example.com/harbor",
            "Your business",
            link=True,
            need="reviews",
        ),
        MergeTag("sender.name", "Sender’s name", "Alice Morgan", "Sender"),
        MergeTag(
            "event.starts_at",
            "Appointment time",
            "May 14, 2026, 10:30 AM",
            "What happened",
            moment=datetime(2026, 5, 14, 10, 30),
        ),
        MergeTag("event.location", "Appointment location", "1 Quay Street, Bristol", "What happened"),
        MergeTag("event.amount", "Purchase amount", "49.00", "What happened"),
        MergeTag("event.product", "Product", "Starter course", "What happened"),
        MergeTag(
            "unsubscribe_link", "Unsubscribe link", "https://example.com/unsubscribe", "Links", link=True
        ),
    )
}


@dataclass(frozen=True, slots=True)
class TextAnalysis:
    """The merge tags of a text, and its problems as sentences."""

    tags: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


NOTHING = TextAnalysis()
MISSING_END = re.compile(r"expected tag (\w+)")
UNEXPECTED = re.compile(r"unexpected tag '(\w+)'")


def analyse(text: str, custom_fields: Collection[str] | None = None) -> TextAnalysis:
    """Return the merge tags and problems of a text. With `custom_fields` None, any custom field is valid."""
    if "{{" not in text and "{%" not in text:
        return NOTHING
    found = _analysed(text)
    if custom_fields is None:
        return found
    missing = tuple(_missing_custom(found.tags, custom_fields))
    return TextAnalysis(found.tags, found.problems + missing) if missing else found


@lru_cache(maxsize=1024)
def _analysed(text: str) -> TextAnalysis:
    if problem := refusal(text):
        return TextAnalysis(problems=(problem,))
    try:
        template = parse_strictly(text)
        analysis = template.analyze(include_partials=False)
    except BlockNestingError:
        return TextAnalysis(problems=("The conditions in this text are nested too deeply.",))
    except LiquidError as error:
        return TextAnalysis(problems=(_syntax_sentence(error),))
    except RecursionError:
        return TextAnalysis(problems=("A merge tag in this text is too complicated.",))
    paths = [tag_name(variable.segments) for found in analysis.globals.values() for variable in found]
    known = tuple(dict.fromkeys(path for path in paths if is_merge_tag(path)))
    wrong = dict.fromkeys(path for path in paths if not is_merge_tag(path))
    unknown = [_unknown_tag(path) for path in wrong]
    filters = [_unknown_filter(name) for name in analysis.filters if name not in FILTERS]
    return TextAnalysis(known, tuple(unknown + filters))


def is_merge_tag(path: str) -> bool:
    """Return whether a merge tag with this name exists; any custom field counts."""
    return path in MERGE_TAGS or CUSTOM.fullmatch(path) is not None


def tag_name(segments: Iterable[Any]) -> str:
    """Return the name of a tag from the segments of its path in the syntax tree."""
    return ".".join(str(part) if isinstance(part, str | int) else "[…]" for part in segments)


def _missing_custom(tags: tuple[str, ...], custom_fields: Collection[str]) -> Iterator[str]:
    for tag in tags:
        custom = CUSTOM.fullmatch(tag)
        if custom and custom.group(1) not in custom_fields:
            yield f"The custom field “{custom.group(1)}” doesn’t exist, so {{{{ {tag} }}}} would stay empty."


def _unknown_tag(path: str) -> str:
    near = get_close_matches(path[:80], MERGE_TAGS, 1, 0.6)
    advice = f" Did you mean {{{{ {near[0]} }}}}?" if near else ""
    return f"The merge tag {{{{ {path[:80]} }}}} doesn’t exist.{advice}"


def _unknown_filter(name: str) -> str:
    near = get_close_matches(name[:40], FILTERS, 1, 0.6)
    advice = f" Did you mean “{near[0]}”?" if near else ""
    return f"The filter “{name[:40]}” doesn’t exist.{advice}"


def _syntax_sentence(error: LiquidError) -> str:
    reason = str(error.message or "it can’t be read")[:120].replace("expression", "tag")
    if missing := MISSING_END.match(reason):
        return f"{{% {missing.group(1)} %}} is missing."
    if unexpected := UNEXPECTED.match(reason):
        return f"{{% {unexpected.group(1)} %}} can’t be used here."
    try:
        where = error.context()
    except ValueError:
        where = None
    line = f" on line {where[0]}" if where else ""
    return f"A merge tag{line} has an error: {reason}."


def render_text(text: str, context: Mapping[str, Any], *, one_line: bool = False) -> str:
    """Render a plain text (SMS, subject, note). Never raises. Use `one_line` for subjects and titles."""
    filled = CONTROL.sub("", fill(text, context))
    return " ".join(filled.split()) if one_line else filled


def sample_context(custom_fields: Collection[str] = ()) -> dict[str, Any]:
    """Return sample values for every merge tag, as a context for rendering."""
    context: dict[str, Any] = {}
    for tag in MERGE_TAGS.values():
        group, _, name = tag.name.rpartition(".")
        (context.setdefault(group, {}) if group else context)[name] = tag.moment or tag.sample
    context["contact"]["custom"] = {key: key.replace("_", " ").capitalize() for key in custom_fields}
    return context


def tag_label(path: str) -> str:
    """Return the label of a merge tag."""
    if tag := MERGE_TAGS.get(path):
        return tag.label
    return path.rpartition(".")[2].replace("_", " ").capitalize()
