"""Work in the background: the threads, their progress, and the heartbeat of the window."""
