"""Check of the keys that saved passwords are encrypted with."""

from app.platform.doctor import Check, Result, ok, problem, warning
from app.platform.doctor import register as add
from app.platform.encrypted_columns import count_secrets
from app.platform.settings import current
from app.platform.text.words import counted


def register() -> None:
    add(Check("encryption_keys", "Encryption keys", encryption_keys, reads_data=True))


def encryption_keys() -> Result:
    """Check that all saved passwords can be read, with the first key."""
    first, older, lost = count_secrets()
    if lost:
        return problem(
            f"{counted(lost, 'saved password')} can’t be read, because the keys have changed.",
            "Add the earlier key to ENCRYPTION_KEY, or set the earlier SECRET_KEY. If it is lost, enter the"
            " passwords again. People whose authenticator app doesn’t sign them in can set it up again after:"
            " flask reset-two-factor.",
        )
    if older:
        return warning(
            f"{counted(older, 'saved password')} {'has' if older == 1 else 'have'} an older key.",
            "Run: flask rotate-keys. After that, older keys can be removed.",
        )
    name = "the first key of ENCRYPTION_KEY" if current().encryption_key else "SECRET_KEY"
    return ok(f"{counted(first, 'saved password')}, encrypted with {name}.")
