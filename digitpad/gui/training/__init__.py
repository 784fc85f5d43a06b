"""The Train tab: what to train, the training itself in a thread, and everything that can be seen of it."""
