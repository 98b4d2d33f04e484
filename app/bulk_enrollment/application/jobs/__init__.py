"""Use cases of the life of a job: start, planning, batches, pause, cancellation, and recovery."""
