"""Writing jobs, batches and rows. A change of state is a conditional update: whoever changes the row wins."""
