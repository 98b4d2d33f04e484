"""Deliveries: requests that workflows send to other software, and what became of each."""
