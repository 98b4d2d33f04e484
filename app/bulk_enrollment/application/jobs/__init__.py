"""Use cases of the life of a job: start, planning, batches, brakes, and recovery."""
