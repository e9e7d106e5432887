"""When to tell: one pure function per policy."""
