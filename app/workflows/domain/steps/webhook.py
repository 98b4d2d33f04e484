"""Step type that calls an external system."""

from urllib.parse import urlsplit

from app.workflows.domain.types.declarations import Described, Look, StepType
from app.workflows.domain.types.setting import Choices, Setting, on_failure

METHODS: Choices = (
    ("POST", "POST"),
    ("PUT", "PUT"),
    ("PATCH", "PATCH"),
    ("GET", "GET"),
    ("DELETE", "DELETE"),
)


def _call(it: Described) -> str:
    try:
        host = urlsplit(it.config.text("url")).hostname or ""
    except ValueError:
        host = ""
    return f"{it.config.text('method') or 'POST'} {host}".strip()


TYPES = (
    StepType(
        type="webhook",
        title="Call webhook",
        about="Send the contact’s data to other software.",
        group="action",
        channel="webhook",
        look=Look("webhook", "info"),
        settings=(
            Setting("url", "Address", "url", limit=2_000, hint="It must start with https://."),
            Setting("method", "Method", "choice", default="POST", choices=METHODS),
            Setting(
                "fields",
                "Fields",
                "pairs",
                required=False,
                limit=500,
                high=30,
                hint="Sent in the request body, or in the URL of a GET request.",
            ),
            on_failure("If the request fails", "continue", "Requests are retried for several hours first."),
        ),
        detail=_call,
    ),
)
