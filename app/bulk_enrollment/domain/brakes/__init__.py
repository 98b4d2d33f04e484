"""Rules that stop a job until a person lets it go on: first rows, failures, approval."""
