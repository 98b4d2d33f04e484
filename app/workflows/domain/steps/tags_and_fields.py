"""Step types that change the contact's tags and fields."""

from app.contacts.domain.criteria import field_label
from app.workflows.domain.types.changes import field_change, field_cleared, tag_added, tag_removed
from app.workflows.domain.types.config import Config
from app.workflows.domain.types.declarations import Change, Described, Look, StepType
from app.workflows.domain.types.setting import Setting
from app.workflows.domain.types.words import value_words

TAG = Setting("tag", "Tag", "tag")


def _tag(it: Described) -> str:
    return it.config.text("tag")


def _update(it: Described) -> str:
    field, value = it.config.get("field"), it.config.get("value")
    if value is None or value == "":
        return f"Clear {field_label(field)}"
    return f"Set {field_label(field)} to {value_words(field, value)}"


def _change(config: Config) -> Change | None:
    field, value = config.get("field"), config.get("value")
    if value is None or value == "":
        return field_cleared(field)
    is_known = isinstance(value, str | int | float) and "{" not in str(value)
    return field_change(field, value if is_known else None)


TYPES = (
    StepType(
        type="add_tag",
        title="Add tag",
        about="Add a tag to the contact.",
        group="action",
        look=Look("tag"),
        settings=(TAG,),
        detail=_tag,
        changes=tag_added,
    ),
    StepType(
        type="remove_tag",
        title="Remove tag",
        about="Remove a tag from the contact.",
        group="action",
        look=Look("tags"),
        settings=(TAG,),
        detail=_tag,
        changes=tag_removed,
    ),
    StepType(
        type="update_field",
        title="Update field",
        about="Set or clear a field of the contact.",
        group="action",
        look=Look("user-edit"),
        settings=(
            Setting("field", "Field", "own_field"),
            Setting("value", "Value", "line", required=False, limit=500),
        ),
        detail=_update,
        changes=_change,
    ),
)
