"""The Lab tab: convolutions, losses, networks and optimizers worked through with anyone's numbers."""
