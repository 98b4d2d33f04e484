"""Hosted forms, with which people sign up themselves (E-21)."""
