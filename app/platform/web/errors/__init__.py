"""How errors are answered: as a page, a fragment, or problem+json."""
