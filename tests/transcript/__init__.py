"""What people see, as a page to look at: the main scenarios, played by the real bot on the emulated platforms."""
