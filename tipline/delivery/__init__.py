"""What leaves the house: the outbox, and those who carry out what lies in it."""
