"""What a workflow wants to reach: a contact that gets there leaves at once."""

from app.workflows.domain.steps.setting import Part, Setting

GOALS: dict[str, Part] = {
    part.type: part
    for part in (
        Part("tag_added", "Gets a tag", (Setting("tag", "Tag", "tag"),)),
        Part("form_submitted", "Submits a form", (Setting("form", "Form", "text"),)),
        Part("appointment_booked", "Books an appointment", need="calendar"),
        Part("purchase_made", "Makes a purchase", need="payments"),
        Part(
            "field_equals",
            "A field has a value",
            (Setting("field", "Field", "any_field"), Setting("value", "Value", "text", limit=500)),
        ),
        Part(
            "link_clicked",
            "Clicks a link",
            (Setting("step", "Message", "step", required=False),),
        ),
    )
}
