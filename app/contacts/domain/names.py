"""Names and tags as keys to search and compare by: without accents, case and spare spaces.

Made here and never in SQL, because databases disagree on all three.
"""

import re
import unicodedata
import zlib

MAX_TAG = 60
MAX_NAME = 120


def name_key(text: str) -> str:
    """`José  García` → `jose garcia`; empty when nothing can be searched for."""
    if not text.isascii():
        text = "".join(
            part for part in unicodedata.normalize("NFKD", text) if not unicodedata.combining(part)
        )
    return " ".join(text.casefold().split())[:MAX_NAME]


def tag_name(text: str) -> str:
    """The tag as it is shown: spaces tidied, as the person wrote it otherwise."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def tag_key(text: str) -> str:
    """What makes two spellings one tag. Accents count here: `resume` and `résumé` are two tags."""
    return unicodedata.normalize("NFC", tag_name(text).casefold())


def field_key(label: str) -> str:
    """`Größe (cm)` → `grosse_cm`; a label without Latin letters gets a key made of its checksum."""
    plain = name_key(label)
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:MAX_TAG]
    return key or f"field_{zlib.crc32(plain.encode()):08x}"
