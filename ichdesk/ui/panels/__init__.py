"""The panels of Under the hood: each file registers one, and is found without being listed."""
