"""What a message holds: its text, and its pictures in whatever way they came."""
