"""Moderators work the queue: they read, decide, link, put off, and take back."""
