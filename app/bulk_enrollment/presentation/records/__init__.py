"""What stays of a job: its report, its rows, and what is told about its end."""
