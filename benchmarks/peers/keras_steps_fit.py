"""Keras 3 with several steps between two looks of its Python loop.

TensorFlow runs them as one graph. JAX still calls its compiled step once for each, so nothing is unrolled and
compiling takes no longer; what is saved is Keras's own work between steps.
"""

from peers.keras_fit import fit as fit

CHOICES = [{"input": "numpy", "steps_per_execution": steps} for steps in (8, 32, 128)]
