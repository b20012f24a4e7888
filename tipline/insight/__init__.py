"""Counts and the audit trail: what the desk did."""
