"""What a message holds: its text, what it replies to, and its pictures in whatever way they came."""
