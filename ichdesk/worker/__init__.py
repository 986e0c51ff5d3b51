"""The second process: requests in, events out."""
