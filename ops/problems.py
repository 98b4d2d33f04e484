"""Errors that keep Muster from starting."""


class Problem(Exception):
    """Muster cannot start or continue; the text is shown to the user without a traceback."""
