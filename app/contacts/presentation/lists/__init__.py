"""Pages of the contact list, its filter, segments, selections, and bulk actions."""
