"""Small widgets that cards and panels share."""
