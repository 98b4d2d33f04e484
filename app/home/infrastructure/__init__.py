"""Queries across rooms and checks of the installation."""
