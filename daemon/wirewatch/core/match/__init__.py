"""From a document to the watches that match it, with the evidence."""
