"""A network as neurons and links."""
