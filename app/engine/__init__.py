"""Enrollments of contacts in workflows: status, current step, source, and dates."""
