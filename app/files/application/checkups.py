"""The check-up of a kept file for the columns that a person has matched, and the mending of typing mistakes.

Counting reads the whole file, so the last few results are kept with it.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.files.application.reading import kept, layout_of, rows
from app.files.application.styles import styles_of
from app.files.domain.checkup.figures import Checkup, CheckupResult, Finding, Fix, Sample, Typo
from app.files.domain.checkup.repairs import KINDS
from app.files.domain.columns.identify import IDENTIFIERS, SECOND_EMAIL, Identifier
from app.files.domain.columns.sides import sides_of
from app.files.domain.columns.styles import Phones
from app.files.domain.consent.columns import CONSENT_FIELDS
from app.files.infrastructure import store
from app.files.infrastructure.tables import Upload
from app.platform.database import transaction
from app.platform.errors import Invalid, NotFound

RESULTS_KEPT: Final = 4


def checkup_for(
    upload: Upload,
    mapping: Mapping[str, str],
    identifier: Identifier | None = None,
    phones: Phones = "",
    words: Mapping[str, str] | None = None,
) -> CheckupResult:
    """The figures of `mapping` {column position as text: field}; counted once, then known. `phones` is how a
    person wants numbers without a plus to be read, `words` what they answered about words on consent."""
    identifier = identifier or identifier_of(mapping)
    international = identifier == "phone" and styles_of(upload, mapping, phones=phones).international
    key = cache_key(mapping, identifier, upload.mends, international, words)
    if key in upload.checkup:
        return _from_json(upload.checkup[key])
    fields = {int(position): field for position, field in mapping.items()}
    country = accounts.worker_actor(upload.account_id).country or None
    layout = layout_of(upload)
    refused = sides_of(layout, fields).refused
    checkup = Checkup(fields, layout.width, country, identifier, international, words, refused)
    checkup.add_all(rows(upload))
    result = checkup.result()
    older = list(upload.checkup.items())[-(RESULTS_KEPT - 1) :]
    with transaction():
        store.change(upload, checkup=dict([*older, (key, result.as_json())]))
    return result


def identifier_of(mapping: Mapping[str, str]) -> Identifier | None:
    """By what the rows are known, unless a person says otherwise: the first matched of IDENTIFIERS."""
    return next((name for name in IDENTIFIERS if name in mapping.values()), None)


def mend_addresses(actor: Actor, public_id: str, mapping: Mapping[str, str]) -> int:
    """From now on read mistyped domains of well-known providers, and addresses with a slip of one likely
    meaning, as they were meant; the file itself stays as it is. Returns how many rows that mends."""
    upload = _changeable(actor, public_id)
    column = next((int(at) for at, field in mapping.items() if field == "email"), None)
    if column is None:
        raise Invalid("VALIDATION_ERROR", "Choose which column contains email addresses.")
    found = checkup_for(upload, mapping, "email")
    if not (found.typos or found.fixes):
        return 0
    before: dict[str, Any] = upload.mends
    if before.get("column") != column:
        before = {"domains": {}, "rows": 0}
    mends = {
        "column": column,
        "domains": before["domains"] | {typo.domain: typo.meant for typo in found.typos},
        "kinds": sorted({*before.get("kinds", ()), *(KINDS if found.fixes else ())}),
        "rows": before["rows"]
        + sum(typo.count for typo in found.typos)
        + sum(fix.count for fix in found.fixes),
    }
    with transaction():
        store.change(upload, mends=mends)
    return int(mends["rows"])


def undo_mends(actor: Actor, public_id: str) -> None:
    """Read all addresses as they stand in the file again."""
    upload = _changeable(actor, public_id)
    with transaction():
        store.change(upload, mends={})


def cache_key(
    mapping: Mapping[str, str],
    identifier: Identifier | None,
    mends: Mapping[str, Any],
    international: bool = False,
    words: Mapping[str, str] | None = None,
) -> str:
    """What the figures depend on: the columns that say who it is and whether they agree, what was answered
    about words on consent, and the mends."""
    identifier = identifier or identifier_of(mapping)
    columns = sorted(
        f"{at}={field}"
        for at, field in mapping.items()
        if field in (identifier, SECOND_EMAIL) or field in CONSENT_FIELDS
    )
    mended = f"{mends['column']}:{mends['rows']}:{','.join(mends.get('kinds', ()))}" if mends else ""
    answers = json.dumps(sorted(words.items())) if words and len(columns) > 1 else ""
    said = hashlib.sha256(answers.encode()).hexdigest()[:16] if answers else ""
    return f"{identifier} {' '.join(columns)} {mended} {'+' if international else ''} {said}".rstrip()


def _changeable(actor: Actor, public_id: str) -> Upload:
    accounts.require(actor, Permission.CONTACTS)
    upload = kept(actor.account_id, public_id)
    if upload is None:
        raise NotFound("NOT_FOUND", "This upload is no longer available. Choose the file again.")
    return upload


def _from_json(facts: Mapping[str, Any]) -> CheckupResult:
    values = dict(facts)
    for name in ("problems", "notes"):
        values[name] = {slug: Finding(**_with_samples(found)) for slug, found in facts[name].items()}
    values["typos"] = [Typo(**_with_samples(typo)) for typo in facts["typos"]]
    values["fixes"] = [Fix(**_with_samples(fix)) for fix in facts.get("fixes", ())]
    return CheckupResult(**values)


def _with_samples(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {**facts, "samples": [Sample(**sample) for sample in facts["samples"]]}
