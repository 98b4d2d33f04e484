"""Notifications: tell people, in the app and by email, and other software, by a webhook, what happened."""
