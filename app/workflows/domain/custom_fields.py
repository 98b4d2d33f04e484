"""The account's own fields that a definition names."""

import json
import re
from typing import Any

from app.contacts.domain.criteria import CUSTOM


def custom_fields_in(document: Any) -> list[str]:
    """The keys of all custom fields in the settings, conditions and texts of a definition, each once."""
    written = json.dumps(document)
    return list(dict.fromkeys(match.group(1) for match in re.finditer(CUSTOM.pattern, written)))
