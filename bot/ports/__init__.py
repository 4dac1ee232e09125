"""What the core needs from the outside, in its own terms. Adapters and storage implement these."""
