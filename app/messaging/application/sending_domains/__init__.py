"""The domains of senders: the keys that sign their emails, and the DNS records that mailbox providers
check."""
