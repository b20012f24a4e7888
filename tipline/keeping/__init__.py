"""What is kept, for how long, and under which key: retention, erasing, legal hold, rotation of keys."""
