"""`python -m ops.leaked_passwords passwords.txt.gz`: make the file of leaked passwords that Muster refuses.

The list is that of the npm package that app/accounts/domain/vendor/README.md names, one password per line.
Shorter ones than Muster accepts are left out. The same list always makes the same file.
"""

import gzip
import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from app.accounts.domain.input import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, normal_password
from app.accounts.domain.leaked_passwords import FILE, digest_of


def made_of(lines: Iterable[str]) -> bytes:
    """Return the content of the file."""
    passwords = (line.rstrip("\r\n") for line in lines)
    return b"".join(
        sorted(
            {
                digest_of(normal_password(one))
                for one in passwords
                if MIN_PASSWORD_LENGTH <= len(one) <= MAX_PASSWORD_LENGTH
            }
        )
    )


def main(source: str) -> int:
    """Write the file and its hash."""
    with gzip.open(source, "rt", encoding="utf-8", errors="replace", newline="\n") as lines:
        content = made_of(lines)
    FILE.write_bytes(content)
    hashes = {FILE.name: hashlib.sha256(content).hexdigest()}
    Path(FILE.parent / "hashes.json").write_text(json.dumps(hashes, indent=2) + "\n")
    print(f"{hashes[FILE.name]} {FILE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
