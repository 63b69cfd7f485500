"""What `heatwright demo` runs on: a small shop, and simulated visitors who use it."""
