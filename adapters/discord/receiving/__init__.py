"""From what Discord tells to the core: in order, stored before anything is acknowledged, nothing strange in the way."""
