"""The window: Qt widgets that read the session and ask it for changes."""
