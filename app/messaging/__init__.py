"""Messages to contacts: planned by workflows, sent at most once, and kept with what became of them."""
