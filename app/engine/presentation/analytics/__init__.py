"""The page of a workflow's analytics, its downloads, and what programs get of it."""
