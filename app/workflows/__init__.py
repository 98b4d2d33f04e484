"""Workflows: what they are made of, their life from draft to archive, their versions and pages."""
