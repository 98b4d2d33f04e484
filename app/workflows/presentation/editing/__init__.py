"""Pages on which the steps of a workflow are added, moved, copied and deleted."""
