"""IDs in the examples of the OpenAPI document: a thing has the same one in all of them."""

from typing import Final

TEMPLATE_ID: Final = "01936b1c-6f0e-7c3a-9d52-0d4b8e1f7a01"
WORKFLOW_ID: Final = "01936b1c-9a41-7d10-8b0c-52f6a7c3e902"
UPLOAD_ID: Final = "018f4e2a-7c1b-7d3e-9a54-3f2b1c0d9e8f"
JOB_ID: Final = "01936b20-11c2-7a55-8c1e-6d1f0a2b3c4d"
