"""Retries of a job's rows, and rows that users fix: tables, queries, and writes."""
