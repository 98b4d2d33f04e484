"""DKIM (RFC 6376): the record with the public key of a domain, and the header with the signature.

Written here, because libraries sign in Python, which takes ten times as long as the rest of an email.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from app.messaging.domain.sending_domains.findings import (
    Finding,
    Level,
    Record,
    Texts,
    Unanswered,
    not_checked,
    shown,
    tags_of,
)

MAX_SELECTOR: Final = 63
SELECTOR: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
SIGNED: Final = frozenset(
    {
        "from",
        "to",
        "reply-to",
        "subject",
        "date",
        "message-id",
        "mime-version",
        "content-type",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "feedback-id",
    }
)
_LINE: Final = 72


def record_of(domain: str, selector: str, public_key: str) -> Record:
    """Return the record that mailbox providers check signatures with; `public_key` is in Base64."""
    return Record(f"{selector}._domainkey.{domain}", f"v=DKIM1; k=rsa; p={public_key}")


def check_dkim(domain: str, selector: str, public_key: str, texts: Texts) -> Finding:
    """Check whether the DNS has the record of a key."""
    wanted = record_of(domain, selector, public_key)
    try:
        records = [text for text in texts(wanted.name) if "p" in tags_of(text)]
    except Unanswered:
        return not_checked("DKIM", wanted)
    if not records:
        return Finding("DKIM", Level.MISSING, "The record of your key isn’t in the DNS yet.", record=wanted)
    if len(records) > 1:
        text = "There is more than one record with this name. Keep only the one with your key."
        return Finding("DKIM", Level.WRONG, text, shown(records), wanted)
    tags = tags_of(records[0])
    if not tags["p"]:
        text = "The record says that the key is no longer valid."
        return Finding("DKIM", Level.WRONG, text, shown(records), wanted)
    is_ours = re.sub(r"\s", "", tags["p"]) == public_key
    if not is_ours or tags.get("k", "rsa").lower() != "rsa" or tags.get("v", "DKIM1") != "DKIM1":
        text = "The record doesn’t match your key. A part of it may be missing, or it belongs to another key."
        return Finding("DKIM", Level.WRONG, text, shown(records), wanted)
    return Finding("DKIM", Level.RIGHT, "The record matches your key.", shown(records))


def signed(mail: bytes, domain: str, selector: str, at: datetime, rsa: Callable[[bytes], bytes]) -> bytes:
    """Return an email, whose lines end in CRLF, with a signature on top. `rsa` signs with the private key
    (RSASSA-PKCS1-v1_5 with SHA-256).

    The sender is signed once more than it is there, so that a second one can’t be added.
    """
    head, _, body = mail.partition(b"\r\n\r\n")
    fields = [field for field in re.split(rb"\r\n(?![ \t])", head) if _name(field) in SIGNED]
    names = [*map(_name, fields), "from"]
    digest = hashlib.sha256(body.rstrip(b"\r\n") + b"\r\n").digest()
    unsigned = (
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d={domain};\r\n"
        f" s={selector}; t={int(at.timestamp())};\r\n"
        f" h={':'.join(names)};\r\n"
        f" bh={base64.b64encode(digest).decode()};\r\n b="
    ).encode()
    content = b"\r\n".join([*map(_relaxed, fields), _relaxed(unsigned)])
    return unsigned + _folded(base64.b64encode(rsa(content))) + b"\r\n" + mail


def _name(field: bytes) -> str:
    return field.partition(b":")[0].strip().lower().decode("ascii", "replace")


def _relaxed(field: bytes) -> bytes:
    """Return a header field as it is signed: its name in lower case, unfolded, with single spaces."""
    name, _, value = field.partition(b":")
    one_line = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b""))
    return name.strip().lower() + b":" + one_line.strip()


def _folded(text: bytes) -> bytes:
    return b"\r\n ".join(text[at : at + _LINE] for at in range(0, len(text), _LINE))
