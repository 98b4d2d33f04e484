"""Saving a workflow as a template: its page and its operation of the API."""
