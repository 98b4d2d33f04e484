"""What happens to a job: started, planned, run in batches, paused, canceled, given back when lost."""
