"""What the machine adds for the moderator; each suggestion says why it is made."""
