"""The vocabulary of ICHDesk: projects, classes, samples, settings, runs and metrics."""
