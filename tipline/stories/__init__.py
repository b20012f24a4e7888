"""Stories come in; the public story pages; the Star Seeker."""
