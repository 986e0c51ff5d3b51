"""The messages between the window and the worker, and how they travel; see README.md."""
