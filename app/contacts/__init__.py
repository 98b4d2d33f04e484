"""The people that marketers write to: fields, tags, consent, status, time line."""
