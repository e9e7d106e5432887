"""Text as the matcher sees it: folding, tokens with offsets, documents."""
