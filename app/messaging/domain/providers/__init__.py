"""What email providers report about emails that were sent through them."""
