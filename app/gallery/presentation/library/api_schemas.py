"""What programs send and receive about templates as files."""

from typing import Annotated, Final

from pydantic import ConfigDict

from app.gallery.domain.template_file import MAX_FILE
from app.gallery.presentation.api_schemas import Name, NewFields
from app.platform.api.schemas import Body, described

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
