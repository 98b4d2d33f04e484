"""Selections of jobs: validation, their rows, the files they use, and corrections of earlier jobs."""
