"""Ground of the JSON API: operations, their schemas, paging, conditional updates, and the OpenAPI document.

Rooms declare their operations in `presentation/api.py`, on a blueprint from `operations.blueprint`, with
`operations.operation`. This package imports nothing itself, because only the web process needs Pydantic.
"""
