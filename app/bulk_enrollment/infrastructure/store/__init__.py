"""Writing jobs, batches and rows. Every change of state is a conditional update: whoever changes the row wins."""
