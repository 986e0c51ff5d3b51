"""The parts of the panel on threshold and prevalence."""
