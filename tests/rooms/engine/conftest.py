"""The provider of text messages, for workflows that send some."""

from tests.rooms.messaging.conftest import twilio

__all__ = ["twilio"]
