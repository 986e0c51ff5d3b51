"""How each kind of hemorrhage is painted into a head, and what goes with it."""
