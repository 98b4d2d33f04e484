"""What can keep Muster from starting, as one sentence for the person at the terminal."""


class Problem(Exception):
    """Muster cannot start or go on; the text is the sentence that is shown, without a traceback."""
