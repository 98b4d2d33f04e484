"""Moving the people in a workflow to its new version."""
