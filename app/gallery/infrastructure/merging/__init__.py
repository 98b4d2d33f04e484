"""What workflows have taken over from newer versions of their templates."""
