"""Triggers: contacts enter active workflows by themselves (E-20, W-11)."""

from app.engine.application.triggers.changes import register_listener

__all__ = ["register_listener"]
