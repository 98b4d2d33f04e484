"""Invented people, workflows and history, so that an empty account has something to look at."""
