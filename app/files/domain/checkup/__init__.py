"""The figures right after an upload: good rows, problems, typing mistakes and their repairs."""
