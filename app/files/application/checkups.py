"""Check-ups of an upload for a column mapping, and repair of mistyped email addresses.

A check-up reads the whole file, so the last RESULTS_KEPT results are stored with the upload.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.files.application.reading import kept, layout_of, rows
from app.files.application.styles import styles_of
from app.files.domain.checkup.figures import Checkup, CheckupResult, Finding, Fix, Sample, Typo
from app.files.domain.checkup.repairs import KINDS
from app.files.domain.columns.choices import NO_IDENTIFIER
from app.files.domain.columns.identify import IDENTIFIERS, SECOND_EMAIL, Identifier
from app.files.domain.columns.row_context import row_context_of
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
    """Return the check-up for `mapping` {column position as text: field}, computing it if it is not stored.

    `phones` is the chosen reading of numbers without a plus; `words` are the answers about consent values.
    """
    identifier = identifier or identifier_of(mapping)
    country = accounts.worker_actor(upload.account_id).country or None
    international = identifier == "phone" and styles_of(upload, mapping, phones=phones).international
    key = checkup_key(mapping, identifier, upload.mends, country, international, words)
    if key in upload.checkup:
        return _from_json(upload.checkup[key])
    fields = {int(position): field for position, field in mapping.items()}
    layout = layout_of(upload)
    refused = row_context_of(layout, fields).refused
    checkup = Checkup(fields, layout.width, country, identifier, international, words, refused)
    checkup.add_all(rows(upload))
    result = checkup.result()
    older = list(upload.checkup.items())[-(RESULTS_KEPT - 1) :]
    with transaction():
        store.change(upload, checkup=dict([*older, (key, result.as_json())]))
    return result


def identifier_of(mapping: Mapping[str, str]) -> Identifier | None:
    """Return the default identifier of the rows: the first matched of IDENTIFIERS, or None."""
    return next((name for name in IDENTIFIERS if name in mapping.values()), None)


def fix_addresses(actor: Actor, public_id: str, mapping: Mapping[str, str]) -> int:
    """Repair mistyped domains of well-known providers and addresses with one likely correction whenever the
    upload is read; the stored file is not changed.

    Returns the number of rows repaired so far, 0 if there was nothing new to repair. Raises NotAllowed,
    NotFound, and Invalid if no column is matched to email.
    """
    upload = _changeable(actor, public_id)
    column = next((int(at) for at, field in mapping.items() if field == "email"), None)
    if column is None:
        raise Invalid("VALIDATION_ERROR", NO_IDENTIFIER["email"])
    found = checkup_for(upload, mapping, "email")
    if not (found.typos or found.fixes):
        return 0
    before: dict[str, Any] = upload.mends
    if before.get("column") != column:
        before = {"domains": {}, "rows": 0}
    fixed = sum(typo.count for typo in found.typos) + sum(fix.count for fix in found.fixes)
    mends = {
        "column": column,
        "domains": before["domains"] | {typo.domain: typo.meant for typo in found.typos},
        "kinds": sorted({*before.get("kinds", ()), *(KINDS if found.fixes else ())}),
        "rows": before["rows"] + fixed,
    }
    with transaction():
        store.change(upload, mends=mends)
        activity.record(actor, "addresses_fixed", "upload", public_id, name=upload.file_name, rows=fixed)
    return int(mends["rows"])


def undo_fixes(actor: Actor, public_id: str) -> None:
    """Stop repairing addresses. Raises NotAllowed and NotFound."""
    upload = _changeable(actor, public_id)
    if not upload.mends:
        return
    with transaction():
        store.change(upload, mends={})
        activity.record(actor, "address_fixes_undone", "upload", public_id, name=upload.file_name)


def checkup_key(
    mapping: Mapping[str, str],
    identifier: Identifier | None,
    mends: Mapping[str, Any],
    country: str | None = None,
    international: bool = False,
    words: Mapping[str, str] | None = None,
) -> str:
    """Return the key under which a check-up is stored: everything it depends on, namely the identifying and
    consent columns, the answers about consent values, the repairs, and how phone numbers are read."""
    identifier = identifier or identifier_of(mapping)
    columns = sorted(
        f"{at}={field}"
        for at, field in mapping.items()
        if field in (identifier, SECOND_EMAIL) or field in CONSENT_FIELDS
    )
    repaired = f"{mends['column']}:{mends['rows']}:{','.join(mends.get('kinds', ()))}" if mends else ""
    answers = json.dumps(sorted(words.items())) if words and len(columns) > 1 else ""
    phones = f"{country or ''}{'+' if international else ''}" if identifier == "phone" else ""
    said = hashlib.sha256(answers.encode()).hexdigest()[:16] if answers else ""
    return f"{identifier} {' '.join(columns)} {repaired} {phones} {said}".rstrip()


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
