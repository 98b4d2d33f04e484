"""Speed as a ratio: Muster's bulk enrollment against the same work in hand-written SQL, on the same database
in the same run. `make bench` writes RESULTS.md."""
