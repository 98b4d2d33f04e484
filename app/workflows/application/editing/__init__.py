"""Changing the steps of a workflow: what there is to choose from, and the order and number of steps."""
