"""Tables and store of an account’s provider of text messages, and the client that speaks to it."""
