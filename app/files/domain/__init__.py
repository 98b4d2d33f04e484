"""Parsing of contact files: bytes to numbered rows, detection of columns, and counting of problems.

Pure Python over streams, shared by uploads, stored files, and the command line.
"""

from app.files.domain.text.unreadable import UnreadableFile

__all__ = ["UnreadableFile"]
