"""The demonstration: three invented feeds on a loopback server, so that a first look needs no set-up and no network."""
