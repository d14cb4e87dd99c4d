"""Explanations: which columns a prediction comes from, of any model that predicts from a table."""

from neurode.explain.dependence import PartialDependence, partial_dependence
from neurode.explain.explanation import Explanation
from neurode.explain.hybrids import Hybrids, hybrids_of
from neurode.explain.importance import PermutationImportance, permutation_importance
from neurode.explain.interactions import interaction, interactions
from neurode.explain.nearest_change import Change, ColumnChange, NearestChange, nearest_change
from neurode.explain.pairs import Interaction, Interactions
from neurode.explain.reason_codes import reason_codes
from neurode.explain.reasons import Reason, ReasonCodes
from neurode.explain.shapley import shap_values
from neurode.explain.subject import Subject, subject_of

__all__ = [
    "Change",
    "ColumnChange",
    "Explanation",
    "Hybrids",
    "Interaction",
    "Interactions",
    "NearestChange",
    "PartialDependence",
    "PermutationImportance",
    "Reason",
    "ReasonCodes",
    "Subject",
    "hybrids_of",
    "interaction",
    "interactions",
    "nearest_change",
    "partial_dependence",
    "permutation_importance",
    "reason_codes",
    "shap_values",
    "subject_of",
]
