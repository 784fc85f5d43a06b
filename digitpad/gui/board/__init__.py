"""The class board: what everyone draws on phones, in a window for the projector, and sharing the page they draw on."""
