"""What mailbox providers ask the DNS about the domain of a sender: SPF, DKIM, and DMARC."""
