"""The language of watches: one module per operator, a parser, canonical printing."""
