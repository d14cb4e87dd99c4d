"""Artificial neural networks on tables, from a raw table to an explained decision."""

__version__ = "0.1.0"
