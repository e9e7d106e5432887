"""Documents that are their own tests: one file, one case, with what is expected at its top."""
