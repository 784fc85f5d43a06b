"""Background work: threads, their progress, and the heartbeat of the window."""
