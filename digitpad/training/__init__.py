"""Training, as a generator of events that the command line, the tests and the window read alike."""
