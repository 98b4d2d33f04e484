"""What a person has chosen so far on the page of an upload: a reload, or Back, shows it again."""

from collections.abc import Mapping, Sequence
from typing import Final

from app.accounts.domain import Actor
from app.files.application.reading import layout_of
from app.files.infrastructure import store
from app.files.infrastructure.tables import Upload
from app.platform.database import transaction

COLUMN: Final = "column-"  # what the field of a column begins with, before its position
_MOST_FIELDS: Final = 2_000
_LONGEST: Final = 2_000
_LONGEST_NAME: Final = 400

Choices = dict[str, list[str]]
"""{field of the form: its values}."""


def save_choices(actor: Actor, upload: Upload, choices: Mapping[str, Sequence[str]]) -> None:
    """Keep the fields of a form as one person has filled them in."""
    few = list(choices.items())[:_MOST_FIELDS]
    fields = {name[:_LONGEST_NAME]: [value[:_LONGEST] for value in values[:50]] for name, values in few}
    mine = {"columns": list(layout_of(upload).columns), "fields": fields}
    if upload.choices.get(str(actor.user_id)) != mine:
        with transaction():
            store.change(upload, choices=upload.choices | {str(actor.user_id): mine})


def choices_of(actor: Actor, upload: Upload) -> Choices | None:
    """What this person chose; None when nothing is known. Columns are known by their names, so that a file
    that is read another way keeps what still fits."""
    mine = upload.choices.get(str(actor.user_id))
    if mine is None:
        return None
    fields: Choices = mine["fields"]
    now, then = list(layout_of(upload).columns), mine["columns"]
    if now == then:
        return fields
    if len(now) == len(then) and list(map(_plain, now)) == list(map(_plain, then)):
        places = {at: at for at in range(len(now))}  # the same columns in another encoding
    else:
        places = {at: now.index(name) for at, name in enumerate(then) if name in now}
    return _moved(fields, places)


def take_choices(actor: Actor, before: Upload, after: Upload, forget: str) -> None:
    """Go on in another reading of the same file with what was chosen in this one, but for fields whose names
    begin with `forget`: what depends on the cells is asked again."""
    mine = before.choices.get(str(actor.user_id))
    if mine is not None:
        fields = {name: values for name, values in mine["fields"].items() if not name.startswith(forget)}
        with transaction():
            store.change(after, choices=after.choices | {str(actor.user_id): mine | {"fields": fields}})


def _moved(fields: Choices, places: Mapping[int, int]) -> Choices:
    moved: Choices = {}
    for name, values in fields.items():
        place = name.removeprefix(COLUMN)
        if place == name or not place.isdecimal():
            moved[name] = values
        elif int(place) in places:
            moved[f"{COLUMN}{places[int(place)]}"] = values
    return moved


def _plain(name: str) -> str:
    """What a name has in every encoding."""
    return "".join(character for character in name if character.isascii() and character.isalnum())
