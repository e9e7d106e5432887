"""From files, environment and credentials to frozen settings."""
