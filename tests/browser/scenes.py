"""Pages in states that no link leads to: files that ask questions, dialogs, checks, jobs and their ends.

`Scenes.furnish` brings them about once in an installation with sample data; each scene can then be shown in
any window of the owner, as often as one likes.
"""

from collections.abc import Mapping
from pathlib import Path

from tests.browser.account_scenes import AccountScenes
from tests.browser.contact_scenes import contact_scenes
from tests.browser.file_scenes import file_scenes
from tests.browser.job_scenes import JobScenes
from tests.browser.mail_scenes import mail_scenes
from tests.browser.settings_scenes import settings_scenes, workflow_scenes
from tests.browser.showing import Show
from tests.browser.template_scenes import template_scenes
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser

EMPTY = (
    *(
        "/",
        "/workflows",
        "/contacts",
        "/messages",
        "/deliveries",
        "/tasks",
        "/enrollments",
        "/contacts/imports",
        "/activity",
        "/enrollments/new",
    ),
    *("/contacts/filter", "/contacts/segments", "/contacts/selections/new", "/contacts/columns"),
    *(
        "/notifications",
        "/settings/fields",
        "/settings/tokens",
        "/settings/webhook",
        "/settings/email",
        "/settings/topics",
        "/settings/sms",
        "/settings/accounts",
        "/templates/library",
    ),
)
"""Pages that look different in an installation without data."""


GROUPS = ("settings", "files", "jobs", "contacts", "workflows", "templates", "accounts")
"""The last ones end in a sub-account, and signed in as another person."""


class Scenes:
    """All scenes, in groups; `environment` is that of the installation, `hook` the address of a webhook,
    `mail_port` the port of a mail server."""

    def __init__(
        self, api: ApiUser, environment: Mapping[str, str], folder: Path, hook: str, mail_port: int
    ) -> None:
        self._api, self._folder, self._hook, self._mail_port = api, folder, hook, mail_port
        self._workflow = api.create_workflow("New lead welcome", "Spring campaign")
        self._jobs = JobScenes(api, self._workflow, folder)
        self._accounts = AccountScenes(environment)

    def furnish(self, alice: BrowserUser, group: str) -> dict[str, Show]:
        """Name of the scene → what shows it. `alice` is signed in."""
        match group:
            case "settings":
                return settings_scenes(alice, self._hook) | mail_scenes(self._mail_port)
            case "files":
                return file_scenes(self._api, self._workflow, self._folder)
            case "jobs":
                return self._jobs.furnish(alice)
            case "contacts":
                return contact_scenes(self._api, self._workflow, alice)
            case "workflows":
                return workflow_scenes(alice, self._workflow)
            case "templates":
                return template_scenes(self._api, alice, self._folder)
            case _:
                return self._accounts.furnish(alice)

    def clear(self) -> None:
        """End what is unfinished."""
        self._jobs.clear()
        self._accounts.clear()
