"""What a person chose when starting a job from a file, checked and in one shape."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from app.files.domain.column_styles import Dates, Phones
from app.files.domain.identify import SECOND_EMAIL

Missing = Literal["skip", "create"]
Existing = Literal["leave", "fill", "overwrite"]
Identifier = Literal["email", "contact_id", "phone"]

IDENTIFIERS: tuple[Identifier, ...] = ("email", "contact_id", "phone")
MISSING: tuple[Missing, ...] = ("skip", "create")
EXISTING: tuple[Existing, ...] = ("leave", "fill", "overwrite")


@dataclass(frozen=True)
class FileOptions:
    """`mapping` is {column position as text: field}; `tags` are names; `batch_size` None means automatic.
    `dates` and `phones` say how these columns are read, "" that the file decides."""

    mapping: dict[str, str]
    identifier: Identifier = "email"
    missing: Missing = "skip"
    existing: Existing = "leave"
    consent_basis: str = ""
    tags: list[str] = field(default_factory=list)
    batch_size: int | None = None
    dates: Dates = ""
    phones: Phones = ""

    @property
    def second_email(self) -> int | None:
        """The column whose address is used where that of the email column is blank or bad."""
        return next((at for at, name in self.columns().items() if name == SECOND_EMAIL), None)

    @property
    def writes_contacts(self) -> bool:
        """Whether rows carry the values of their other columns."""
        return self.missing == "create" or self.existing != "leave"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def columns(self) -> dict[int, str]:
        """{column position: field}."""
        return {int(position): name for position, name in self.mapping.items()}


def problems(options: FileOptions) -> dict[str, str]:
    """What is wrong with a choice: {field of the form: sentence}; empty when all is well."""
    found: dict[str, str] = {}
    fields = list(options.mapping.values())
    if options.identifier not in fields:
        found["mapping"] = _NO_IDENTIFIER[options.identifier]
    if SECOND_EMAIL in fields and options.identifier != "email":
        found["mapping"] = "A second email can only be used when contacts are matched by email."
    twice = sorted({name for name in fields if fields.count(name) > 1})
    if twice:
        found["mapping"] = f"Two columns are matched to {twice[0].replace('_', ' ')}. Keep one of them."
    if options.missing == "create" and options.identifier == "contact_id":
        found["missing"] = (
            "New contacts need an email address or phone number. Skip them or match by one of these."
        )
    if options.missing == "create" and not options.consent_basis:
        found["consent_basis"] = "Choose a legal basis for contacting new contacts."
    if options.batch_size is not None and not 10 <= options.batch_size <= 500:
        found["batch_size"] = "Enter a batch size from 10 to 500."
    return found


_NO_IDENTIFIER: dict[str, str] = {
    "email": "Choose which column contains email addresses.",
    "contact_id": "Choose which column contains contact IDs.",
    "phone": "Choose which column contains phone numbers.",
}
