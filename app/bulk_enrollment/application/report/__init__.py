"""What is told of jobs: dry runs, results, problems, downloads, to-dos, verification."""
