"""What the plan of a job would do to contacts, field by field, and which values its people lack.

Counted while a dry run is planned, and stored with it, so that its page counts nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

SAMPLES: Final = 3


@dataclass(frozen=True)
class FieldEffect:
    """Numbers of contacts whose field would be filled, and overwritten; `rows` are the numbers of up to
    SAMPLES rows that do so."""

    filled: int = 0
    overwritten: int = 0
    rows: tuple[int, ...] = ()

    def plus(self, other: "FieldEffect") -> "FieldEffect":
        rows = tuple(dict.fromkeys((*self.rows, *other.rows)))[:SAMPLES]
        return FieldEffect(self.filled + other.filled, self.overwritten + other.overwritten, rows)


@dataclass(frozen=True)
class Effects:
    """Effects of the first `rows` rows of a plan.

    `created` contacts would be created, `withheld` of them without permission to contact them; `updated`
    existing contacts would change, in these `fields` ({contact field: effect}). `people` would be enrolled,
    of whom {contact field: number} are `lacking` a value that the workflow needs. `created_rows` are sample
    rows.
    """

    rows: int = 0
    created: int = 0
    withheld: int = 0
    created_rows: tuple[int, ...] = ()
    updated: int = 0
    fields: Mapping[str, FieldEffect] = field(default_factory=dict)
    people: int = 0
    lacking: Mapping[str, int] = field(default_factory=dict)

    def plus(self, other: "Effects") -> "Effects":
        """Return the effects of these and of the rows that follow."""
        fields = {
            name: self.fields.get(name, FieldEffect()).plus(other.fields.get(name, FieldEffect()))
            for name in (*self.fields, *(name for name in other.fields if name not in self.fields))
        }
        names = dict.fromkeys((*self.lacking, *other.lacking))
        return replace(
            self,
            rows=self.rows + other.rows,
            created=self.created + other.created,
            withheld=self.withheld + other.withheld,
            created_rows=(*self.created_rows, *other.created_rows)[:SAMPLES],
            updated=self.updated + other.updated,
            fields=fields,
            people=self.people + other.people,
            lacking={name: self.lacking.get(name, 0) + other.lacking.get(name, 0) for name in names},
        )

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Read the JSON that `write` returns."""
        known = {name: value for name, value in document.items() if name in cls.__dataclass_fields__}
        fields = {
            name: FieldEffect(one["filled"], one["overwritten"], tuple(one["rows"]))
            for name, one in known.pop("fields", {}).items()
        }
        return cls(**known | {"fields": fields, "created_rows": tuple(known.get("created_rows", ()))})

    def write(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "created": self.created,
            "withheld": self.withheld,
            "created_rows": list(self.created_rows),
            "updated": self.updated,
            "fields": {
                name: {"filled": one.filled, "overwritten": one.overwritten, "rows": list(one.rows)}
                for name, one in self.fields.items()
            },
            "people": self.people,
            "lacking": dict(self.lacking),
        }
