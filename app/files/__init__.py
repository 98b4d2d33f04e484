"""Contact files: upload, column matching, check-up, and handing their rows to a destination."""
