"""Contacts that want no more messages: they unsubscribe, or leave a workflow."""
