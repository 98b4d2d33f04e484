"""Random definitions, and random edits of them as people make them."""

import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

from app.gallery.domain.merging import Comparison
from tests.unit.workflows.documents import branch, definition, email, goal, goals, path, rule, step, wait

Document = dict[str, Any]
Steps = list[dict[str, Any]]
WORDS = ["Hello", "dear", "friend", "{{ contact.first_name }}", "offer", "today", "only", "for", "you"]


def words(rng: Random) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(1, 8)))


def tagged(rng: Random) -> Document:
    return {"all": [rule("contact.tags", "has_any", [rng.choice("xyz")])]}


def new_step(rng: Random, step_id: str, depth: int = 0) -> Document:
    kind = rng.randrange(5 if depth < 2 else 4)
    if kind < 2:
        return email(step_id, words(rng), words(rng))
    if kind == 2:
        return wait(step_id, rng.randint(1, 9), rng.choice(["hours", "days"]))
    if kind == 3:
        return step(step_id, "add_tag", tag=rng.choice("abc"))
    paths = [
        path(
            f"{step_id}-p{number}", words(rng), tagged(rng), *new_steps(rng, f"{step_id}-{number}", depth + 1)
        )
        for number in range(rng.randint(1, 2))
    ]
    return branch(step_id, *paths, otherwise=new_steps(rng, f"{step_id}-e", depth + 1))


def new_steps(rng: Random, name: str, depth: int) -> Steps:
    return [new_step(rng, f"{name}-{number}", depth) for number in range(rng.randint(0, 2))]


def new_document(rng: Random) -> Document:
    steps = [new_step(rng, f"s{number}") for number in range(rng.randint(1, 5))]
    document = definition(*steps, goals=goals(goal("g", "tag_added", tag=rng.choice("abc"))))
    document["trigger"] = {"type": "tag_added", "enabled": True, "config": {"tag": rng.choice("abc")}}
    return document


def edited(rng: Random, document: Document, name: str, most: int = 6) -> Document:
    """A copy with up to `most` edits; ids of new parts begin with `name`."""
    copied = deepcopy(document)
    for number in range(rng.randint(0, most)):
        rng.choice(EDITS)(rng, copied, f"{name}{number}")
    return copied


def lists(document: Document) -> Iterator[Steps]:
    yield document["steps"]
    for one in steps_of(document):
        for arm in arms_of(one):
            yield arm["steps"]


def steps_of(document: Document) -> Iterator[Document]:
    def walk(steps: Steps) -> Iterator[Document]:
        for one in steps:
            yield one
            for arm in arms_of(one):
                yield from walk(arm["steps"])

    yield from walk(document["steps"])


def arms_of(one: Document) -> Steps:
    config = one["config"]
    return [*config["arms"], config["default"]] if one["type"] == "branch" else []


def _pick(rng: Random, document: Document) -> tuple[Steps, int] | None:
    """A random step, as its list and its place there."""
    places = [(steps, at) for steps in lists(document) for at in range(len(steps))]
    return rng.choice(places) if places else None


def _change_settings(rng: Random, document: Document, name: str) -> None:
    found = _pick(rng, document)
    if found is None:
        return
    one = found[0][found[1]]
    if one["type"] == "send_email":
        one["config"][rng.choice(["subject", "body"])] = words(rng)
    elif one["type"] == "wait":
        one["config"]["amount"] = rng.randint(1, 9)
    elif one["type"] == "add_tag":
        one["config"]["tag"] = rng.choice("abc")
    else:
        arm = rng.choice(one["config"]["arms"]) if one["config"]["arms"] else one["config"]["default"]
        arm["name"] = words(rng)


def _switch(rng: Random, document: Document, name: str) -> None:
    if found := _pick(rng, document):
        one = found[0][found[1]]
        one["enabled"] = not one["enabled"]


def _add(rng: Random, document: Document, name: str) -> None:
    steps = rng.choice(list(lists(document)))
    steps.insert(rng.randint(0, len(steps)), new_step(rng, name, 1))


def _remove(rng: Random, document: Document, name: str) -> None:
    if found := _pick(rng, document):
        del found[0][found[1]]


def _move(rng: Random, document: Document, name: str) -> None:
    if found := _pick(rng, document):
        one = found[0].pop(found[1])
        steps = rng.choice(list(lists(document)))
        steps.insert(rng.randint(0, len(steps)), one)


def _change_paths(rng: Random, document: Document, name: str) -> None:
    forks = [one for one in steps_of(document) if one["type"] == "branch"]
    if not forks:
        return
    arms = rng.choice(forks)["config"]["arms"]
    if arms and rng.random() < 0.5:
        del arms[rng.randrange(len(arms))]
    else:
        arms.insert(
            rng.randint(0, len(arms)), path(f"{name}-p", words(rng), tagged(rng), *new_steps(rng, name, 2))
        )


def _change_head(rng: Random, document: Document, name: str) -> None:
    what = rng.randrange(3)
    if what == 0:
        document["trigger"]["config"] = {"tag": rng.choice("abc")}
    elif what == 1:
        document["trigger"]["filters"] = tagged(rng)
    else:
        document["goals"]["items"] = [goal("g", "tag_added", tag=rng.choice("abc"))]


EDITS = (
    *(_change_settings, _change_settings, _switch, _add, _remove, _move, _move),
    *(_change_paths, _change_head),
)


def without_ids(document: Document) -> str:
    """The document as text, with ids numbered in the order in which they appear."""
    text = json.dumps(document, sort_keys=True)
    ids = [one["id"] for one in steps_of(document)]
    ids += [arm["id"] for one in steps_of(document) for arm in arms_of(one) if "id" in arm]
    ids += [one["id"] for one in document["goals"]["items"]]
    for number, one in enumerate(ids):
        text = text.replace(json.dumps(one), f'"#{number}"')
    return text


def taking_all(comparison: Comparison) -> dict[str, bool]:
    """The choice of every change of the template, whatever the user has edited."""
    return {change.key: True for change in comparison.changes if change.is_possible}
