"""Signing in and out, and knowing who acts."""

from app.accounts.presentation.sign_in import guard, init

__all__ = ["guard", "init"]
