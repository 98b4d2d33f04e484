"""Enrollments: who is in which workflow, where, since when and why they left."""
