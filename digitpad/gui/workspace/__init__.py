"""What is looked at and by which network: the one state that every tab shows."""
