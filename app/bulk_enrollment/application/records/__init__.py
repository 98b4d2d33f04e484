"""What stays of jobs: reports, the consent ledger, and what is erased of a person."""
