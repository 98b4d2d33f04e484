"""Pages and forms that select a workflow, contacts, and a job's options."""
