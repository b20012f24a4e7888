"""Editors promote tips to drafts, write them, have them approved."""
