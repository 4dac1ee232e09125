"""The connections to Discord's gateway: how many there are, when they may begin, and what keeps them alive."""
