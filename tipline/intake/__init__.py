"""A reader sends a tip, and comes back with a receipt; no cookie, no account."""
