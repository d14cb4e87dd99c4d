"""How a network learns: curves, gradients, weights, activations."""
