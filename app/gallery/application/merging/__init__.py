"""Newer versions of templates: announced to the workflows made from them, and taken over change by change
(T-13 to T-15)."""
