"""From moments to heat: anchors, placements, grids, rasters, pictures, and their ledger."""
