"""Consent to single channels, next to the status, which is about all of them, and people who sign up
themselves."""

from app.contacts.application.consent.signing_up import SignUp, sign_up

__all__ = ["SignUp", "sign_up"]
