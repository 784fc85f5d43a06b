"""The exception whose message is shown to the user."""


class DigitpadError(Exception):
    """An error that the user can act on.

    The message is one or two clear sentences: what is wrong, with which file or value, and the next step. The command
    line prints it and exits with 2; the window shows it in the message bar.
    """
