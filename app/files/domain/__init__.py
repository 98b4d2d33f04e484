"""Reading a contact file: bytes become numbered rows, columns are recognised, faults are counted.

Plain Python over streams: it is the same for an upload, a stored file and the command line.
"""

from app.files.domain.text.unreadable import UnreadableFile

__all__ = ["UnreadableFile"]
