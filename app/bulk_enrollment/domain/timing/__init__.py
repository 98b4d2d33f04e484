"""When people are enrolled: start times in time zones, portions of a drip, rate limits, and their wording."""
