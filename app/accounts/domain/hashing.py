"""What is stored of a token or code: its hash. They are random, so nobody can find them by trying."""

import hashlib


def stored_hash(secret: str) -> str:
    """Return the SHA-256 of a secret, in hex digits."""
    return hashlib.sha256(secret.encode()).hexdigest()
