"""Periodic tasks of forms."""

from app.forms.application import letters
from app.platform.clock import every

every(600)(letters.discard_unconfirmed)
