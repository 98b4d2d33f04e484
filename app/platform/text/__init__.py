"""Text that people read or write: words, formats, dates, comparison, placeholders."""
