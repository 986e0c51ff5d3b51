"""The cards on the canvas: classes, training and preview."""
