"""Speed as a ratio: Muster's bulk enrollment and library of templates against the same work in hand-written
SQL, on the same database in the same run. `make bench` writes RESULTS.md.

`python -m bench.api` measures the JSON API against bare Flask with the same web server, pages over many
failures, and counts of filters; `python -m bench.streams` event streams, and what open job pages cost a job;
`python -m bench.library` the library alone.
"""
