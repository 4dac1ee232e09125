"""What storage keeps, as the core sees it."""
