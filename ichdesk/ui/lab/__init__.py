"""The lab of image steps: edit them, and see at once what the network would see."""
