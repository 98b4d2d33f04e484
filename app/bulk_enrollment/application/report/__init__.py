"""What users see of jobs: dry runs, results, problems, downloads, to-dos, verification."""
