"""Notices, delivery attempts, and the rules for webhooks."""
