"""The one exception that carries a sentence for the person at the screen."""


class UserError(Exception):
    """Input that cannot be used; the message says what is wrong and what to do, in one sentence.

    The window shows the message as it is, the command line prints it and exits with code 2.
    Programmer errors stay ordinary exceptions.
    """
