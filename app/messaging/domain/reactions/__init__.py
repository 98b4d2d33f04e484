"""What becomes of messages after they were sent: reports, replies, opens, and clicks."""
