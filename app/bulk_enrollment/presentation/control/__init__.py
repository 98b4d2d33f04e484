"""Pages and requests for jobs that have been started: pause, cancel, approve, another start or pace."""
