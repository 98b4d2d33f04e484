"""A small valid definition that needs nothing of the account, for examples in documentation."""

from typing import Final

from app.workflows.domain.definition.document import FORMAT, Document

EXAMPLE: Final[Document] = {
    "format": FORMAT,
    "trigger": {"type": "tag_added", "enabled": True, "config": {"tag": "new-lead"}},
    "steps": [
        {
            "id": "hello",
            "type": "send_email",
            "enabled": True,
            "config": {
                "subject": "Thanks for your interest",
                "body": 'Hi {{ contact.first_name | default: "there" }},\n\nwhat would you like to know?',
            },
        },
        {"id": "two-days", "type": "wait", "enabled": True, "config": {"amount": 2, "unit": "days"}},
        {"id": "mark", "type": "add_tag", "enabled": True, "config": {"tag": "welcomed"}},
    ],
    "goals": {"match": "any", "items": []},
}
