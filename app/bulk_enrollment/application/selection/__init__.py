"""Which rows a job takes: what a selection has to pass, its rows, its files, the job that it corrects."""
