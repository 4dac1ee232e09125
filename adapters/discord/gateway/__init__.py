"""The connections to Discord's gateway: when they may begin, and what keeps them alive."""
