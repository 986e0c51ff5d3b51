"""The map of similar images: what its panel and its window share."""
