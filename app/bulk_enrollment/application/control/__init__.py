"""What users decide about jobs that have been started: pause, cancel, approve, another start or pace."""
