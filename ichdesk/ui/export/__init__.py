"""The parts of the dialog that exports the model."""
