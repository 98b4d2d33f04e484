"""An account's mail server and senders: settings, and tests by users."""
