"""A network as a graph of layers."""
