"""Use cases around the contact list: segments, columns, selections, and actions on them."""
