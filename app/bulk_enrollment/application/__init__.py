"""The doors of the room: start a job, plan it, run its batches, control it, sweep up."""
