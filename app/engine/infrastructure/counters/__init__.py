"""The counters that moves write."""
