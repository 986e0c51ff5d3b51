"""The window that says what is wrong with the data."""
