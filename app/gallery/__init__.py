"""Workflow templates: browse, look inside, clone."""
