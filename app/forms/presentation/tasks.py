"""Periodic tasks of forms."""

from app.forms.application import confirmation_emails
from app.platform.clock import every

every(600)(confirmation_emails.discard_unconfirmed)
