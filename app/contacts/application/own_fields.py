"""Custom fields of an account, created on first use."""

from collections.abc import Iterable, Sequence

from app.contacts.domain.names import field_key, tag_name
from app.contacts.infrastructure import facts, store
from app.platform.database import transaction
from app.platform.errors import Invalid

MAX_LABEL = 120
MAX_PROBLEMS = 20


def ensure_fields(account_id: int, labels: Sequence[str], created_by: int | None = None) -> list[str]:
    """Return the keys of the custom fields with these labels, in order, creating missing ones.

    Labels that differ only in case, accents, or punctuation share a key. Raises Invalid for a label that is
    empty or longer than MAX_LABEL characters.
    """
    wanted: dict[str, str] = {}
    keys: list[str] = []
    for label in labels:
        tidy = tag_name(label)
        if not tidy or len(tidy) > MAX_LABEL:
            sentence = f"Field names can have up to {MAX_LABEL} characters."
            raise Invalid("VALIDATION_ERROR", sentence, fields={"label": sentence})
        keys.append(field_key(tidy))
        wanted.setdefault(keys[-1], tidy)
    with transaction():
        store.add_custom_fields(account_id, wanted, created_by)
    return keys


def check_keys(account_id: int, keys: Iterable[str]) -> None:
    """Raise Invalid with `fields` (`custom.KEY`) for keys that are not custom fields of the account."""
    unknown = sorted({*keys} - facts.custom_keys(account_id))
    if unknown:
        sentence = "This custom field doesn’t exist."
        fields = {f"custom.{key}": sentence for key in unknown[:MAX_PROBLEMS]}
        raise Invalid("VALIDATION_ERROR", f"custom.{unknown[0][:MAX_LABEL]}: {sentence}", fields=fields)
