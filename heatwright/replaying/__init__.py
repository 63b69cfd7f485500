"""What `heatwright replay` does: which moments at which devices, and the files of each."""
