"""What a person has chosen so far on the page of an upload: a reload, or Back, shows it again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

from app.accounts.domain import Actor
from app.files.application.reading import layout_of
from app.files.infrastructure import store
from app.files.infrastructure.tables import Upload
from app.platform.database import transaction

COLUMN: Final = "column-"  # what the field of a column begins with, before its position
_MOST_FIELDS: Final = 2_000
_LONGEST: Final = 2_000
_LONGEST_NAME: Final = 400
_MOST_CHARACTERS: Final = 400_000  # of all fields together: the form of 2,000 columns has half as many

Choices = dict[str, list[str]]
"""{field of the form: its values}."""


def save_choices(actor: Actor, upload: Upload, choices: Mapping[str, Sequence[str]]) -> None:
    """Keep the fields of a form as one person has filled them in."""
    fields: Choices = {}
    room = _MOST_CHARACTERS
    for name, values in islice(choices.items(), _MOST_FIELDS):
        kept = [value[:_LONGEST] for value in values[:50]]
        room -= min(len(name), _LONGEST_NAME) + sum(map(len, kept))
        if room < 0:
            break
        fields[name[:_LONGEST_NAME]] = kept
    mine = {
        "reading": reading_mark(upload),
        "cells": _cells_mark(upload),
        "columns": list(layout_of(upload).columns),
        "fields": fields,
    }
    if upload.choices.get(str(actor.user_id)) != mine:
        with transaction():
            store.change(upload, choices=upload.choices | {str(actor.user_id): mine})


def choices_of(actor: Actor, upload: Upload, forget: str) -> Choices | None:
    """What this person chose; None when nothing is known. When anybody has changed how the file is read
    since, matches move with the names of their columns, and fields whose names begin with `forget` are left
    out: they depend on the cells."""
    mine = upload.choices.get(str(actor.user_id))
    if mine is None:
        return None
    if mine.get("reading") == reading_mark(upload):
        return dict(mine["fields"])
    fields = {name: values for name, values in mine["fields"].items() if not name.startswith(forget)}
    now, then = list(layout_of(upload).columns), mine["columns"]
    if mine.get("cells") == _cells_mark(upload):
        places = {at: at for at in range(len(now))}  # the same columns in another encoding
    else:
        places = {at: now.index(name) for at, name in enumerate(then) if name in now}
    return _moved(fields, places)


def reading_mark(upload: Upload) -> str:
    """A mark of the way the file is read. Columns are chosen by position, so choices made for one reading say
    nothing about another."""
    layout = json.dumps(upload.layout, sort_keys=True)
    return hashlib.sha256(layout.encode()).hexdigest()[:16]


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


def _cells_mark(upload: Upload) -> list[Any]:
    """The same as long as only letters are read another way: columns and cells keep their places."""
    layout = layout_of(upload)
    return [layout.sheet, layout.delimiter, layout.header_line, layout.data_line, layout.width]
