"""Leases, turns, and retries of background work, and recovery when a worker dies."""
