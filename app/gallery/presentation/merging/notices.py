"""The words of notifications about newer versions of templates."""

from app.gallery.application.merging.announcing import NEW_VERSION
from app.notifications import application as notifications
from app.notifications.application import Facts, Notice


def register() -> None:
    notifications.register_notice(NEW_VERSION, _new_version)


def _new_version(facts: Facts, public_id: str) -> Notice:
    text = (
        f"Version {facts['version']} of the template “{facts['template']}” is available. "
        "Review the changes and choose which to take."
    )
    return Notice(facts["workflow"], text, f"/workflows/{public_id}/template-update", "template")
