"""What moves an answer: importance, SHAP values, dependence, interaction."""
