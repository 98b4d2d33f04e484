"""The outbox: lists of messages, one message with its content, and decisions about uncertain ones."""
