"""How good it is: ranking, decisions, probabilities, residuals."""
