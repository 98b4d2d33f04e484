"""Workflow templates: browsing, preview, and cloning."""
