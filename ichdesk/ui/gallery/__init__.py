"""The window with all test images, class by class, and how well the model does on each."""
