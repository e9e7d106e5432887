"""Real servers on loopback that live in the test's process, so that they outlive every kill of the daemon."""
