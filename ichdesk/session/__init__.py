"""The state of an open project and the one class that may change it, without Qt and torch."""
