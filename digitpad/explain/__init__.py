"""What can be worked out about a network and shown, without any window."""
