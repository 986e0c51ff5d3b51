"""ICHDesk: train a head-CT classifier on the desktop, offline, and see what it learned."""

__version__ = "0.1.0"
