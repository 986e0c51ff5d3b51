"""Images from anywhere, made into samples of 224 x 224 px."""
