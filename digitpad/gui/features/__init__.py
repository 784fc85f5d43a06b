"""The Features tab: every activation of the network for the current drawing, and where each comes from."""
