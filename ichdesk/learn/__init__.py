"""The torch side: features from a frozen backbone, a head trained on them, and its model."""
