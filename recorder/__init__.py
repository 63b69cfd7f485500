"""From the visitor's browser to the store: the tag, the collector, the driver, the archive."""
