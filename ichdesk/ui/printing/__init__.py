"""Reports on paper: laid out on A4 and painted with Qt, text as text and figures as vectors."""
