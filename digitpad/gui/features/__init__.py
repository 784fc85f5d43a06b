"""The Features tab: every activation of the network for the current drawing, and how each is computed."""
