"""Verification of jobs: recounts, and their stored results."""
