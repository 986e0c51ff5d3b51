"""The window with the runs that a project keeps, and any two of them side by side."""
