"""A report of a finished training that a student can hand in, as a document and as one page."""
