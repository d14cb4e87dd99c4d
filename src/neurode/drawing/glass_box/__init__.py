"""One pass forward and back, drawn."""
