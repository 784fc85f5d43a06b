"""The one exception that is meant for a person's eyes."""


class DigitpadError(Exception):
    """Something the user can act on.

    The message is one clear sentence (or two): what is wrong, with which file or value, and the next step
    to take. The command line prints it and exits with 2; the window shows it in the message bar.
    """
