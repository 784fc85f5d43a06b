"""The workspace: the drawing, the network that is shown, and its reading; the one state behind every tab."""
