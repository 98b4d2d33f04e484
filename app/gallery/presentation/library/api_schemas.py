"""What programs send and receive about templates as files, and about sharing them."""

from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from app.gallery.application.library.sharing import MOST_AT_ONCE, Recipient, Sharing
from app.gallery.domain.template_file import MAX_FILE
from app.gallery.presentation.api_schemas import Name, NewFields
from app.platform.api.schemas import Body, PageQuery, Query, Schema, check_one_of, described
from app.platform.ids import HIGHEST_ID

EXAMPLE_FILE: Final = """\
key: fair-follow-up
name: Fair follow-up
category: lead_nurturing
description: Thanks leads from the fair.
tags:
  - fair
definition:
  format: 1
  trigger:
    type: tag_added
    config:
      tag: fair
  steps:
    - id: thanks
      type: send_email
      config:
        subject: Nice to meet you
        body: Thanks for stopping by.
"""


class TemplateImport(Body):
    """A template file to import."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"file": EXAMPLE_FILE}]})

    file: Annotated[str, described("The text of the file.", EXAMPLE_FILE, min_length=1, max_length=MAX_FILE)]
    name: Annotated[
        Name | None, described("Name of the template. Defaults to the one in the file.", "Fair leads")
    ] = None
    new_fields: NewFields = False


AccountId = Annotated[int, Field(ge=1, le=HIGHEST_ID)]


class NewShare(Body):
    """With which sub-accounts to share a template."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"all": True}]})

    all: Annotated[
        Literal[True] | None, described("With all sub-accounts, also those created later.", True)
    ] = None
    account_ids: Annotated[
        list[AccountId] | None,
        described("IDs of sub-accounts.", [2], min_length=1, max_length=MOST_AT_ONCE),
    ] = None

    @model_validator(mode="after")
    def _has_one_choice(self) -> Self:
        check_one_of(self, "all", "account_ids")
        return self


class ShareQuery(Query):
    """With which sub-account to stop sharing a template."""

    account_id: Annotated[
        int | None,
        described("Only with this sub-account; with all by default.", 2, ge=1, le=HIGHEST_ID),
    ] = None


class RecipientQuery(PageQuery):
    """Which sub-accounts to list."""

    q: Annotated[str, described("Part of the name.", "north", max_length=120)] = ""


class TemplateSharing(Schema):
    """With whom an agency shares a template."""

    all: bool = described("Whether with all sub-accounts, also those created later.", False)
    accounts: int = described("If not with all: number of sub-accounts it is shared with.", 1)


class VersionInUse(Schema):
    """How many workflows a sub-account has from a version of a template."""

    version: int | None = described("Number of the version.", 3)
    workflows: int = described("Number of workflows.", 2)


class TemplateRecipient(Schema):
    """A sub-account, and what it does with a template of its agency."""

    account_id: int = described("ID of the sub-account.", 2)
    name: str = described("Name of the sub-account.", "Branch North")
    is_shared: bool = described("Whether it sees the template.", True)
    workflows: int = described("How many workflows it has created from the template.", 2)
    versions: list[VersionInUse] = described(
        "From which versions, the newest first.", [{"version": 3, "workflows": 2}]
    )


def sharing_shape(sharing: Sharing) -> TemplateSharing:
    return TemplateSharing(all=sharing.with_all, accounts=sharing.accounts)


def recipient_shape(one: Recipient) -> TemplateRecipient:
    return TemplateRecipient(
        account_id=one.id,
        name=one.name,
        is_shared=one.is_shared,
        workflows=one.workflows,
        versions=[VersionInUse(version=version, workflows=workflows) for version, workflows in one.versions],
    )
