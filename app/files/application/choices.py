"""Each user's choices on the mapping page of an upload, so that a reload or Back shows them again."""

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

COLUMN: Final = "column-"  # prefix of a column's form field, followed by its position
_MOST_FIELDS: Final = 2_000
_LONGEST: Final = 2_000
_LONGEST_NAME: Final = 400
_MOST_CHARACTERS: Final = 400_000  # of all fields together; a form of 2,000 columns has half as many

Choices = dict[str, list[str]]
"""{form field: values}."""


def save_choices(actor: Actor, upload: Upload, choices: Mapping[str, Sequence[str]]) -> None:
    """Store the fields of a form as the user has filled them in. Excess fields and characters are cut off."""
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
    """Return the choices of the user, or None if there are none.

    If the way the file is read has changed since, column matches follow the column names, and fields whose
    names start with `forget` are dropped, because they depend on the cells.
    """
    mine = upload.choices.get(str(actor.user_id))
    if mine is None:
        return None
    if mine.get("reading") == reading_mark(upload):
        return dict(mine["fields"])
    fields = {name: values for name, values in mine["fields"].items() if not name.startswith(forget)}
    now, then = list(layout_of(upload).columns), mine["columns"]
    if mine.get("cells") == _cells_mark(upload):
        places = {at: at for at in range(len(now))}  # same columns in another encoding
    else:
        places = {at: now.index(name) for at, name in enumerate(then) if name in now}
    return _moved(fields, places)


def reading_mark(upload: Upload) -> str:
    """Return a hash of the way the file is read. Columns are chosen by position, so choices made for one
    reading do not apply to another."""
    layout = json.dumps(upload.layout, sort_keys=True)
    return hashlib.sha256(layout.encode()).hexdigest()[:16]


def carry_choices_over(actor: Actor, before: Upload, after: Upload, forget: str) -> None:
    """Copy the user's choices to another reading of the same file, without fields whose names start with
    `forget`."""
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
    """Return what determines the positions of columns and cells; a different encoding does not change it."""
    layout = layout_of(upload)
    return [layout.sheet, layout.delimiter, layout.header_line, layout.data_line, layout.width]
