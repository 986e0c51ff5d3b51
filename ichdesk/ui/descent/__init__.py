"""Parts of the panels on gradient descent and on the learning rate."""
