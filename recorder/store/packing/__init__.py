"""How recordings of closed documents are kept: blocks, what they share, pointer columns."""
