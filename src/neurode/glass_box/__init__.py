"""The glass box: every number of one pass through a network, forward and backward."""

from neurode.glass_box.checking import ArrayCheck, GradientCheck
from neurode.glass_box.record import InputPass, LayerPass, Trace
from neurode.glass_box.tracing import trace

__all__ = ["ArrayCheck", "GradientCheck", "InputPass", "LayerPass", "Trace", "trace"]
