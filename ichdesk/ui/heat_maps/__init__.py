"""Where the model looked: maps over test images and previews, and the check of such maps."""
