"""What this process listens to, put together: connections, what they bring, and what was missed."""
