"""Hinges: how far predictions fall short of a margin, each the mean of a loss over rows."""

from typing import ClassVar

from neurode.metrics.means import LossMean
from neurode.metrics.metric import spec


@spec
class Hinge(LossMean):
    r"""Mean of $\max(1 - y \hat y, 0)$ for targets of -1 and 1; 0 and 1 are taken for them.

    Example:
        >>> float(Hinge()([[0.0], [1.0]], [[-1.0], [0.5]]))
        0.25
    """

    default_name: ClassVar[str] = "hinge"
    loss: ClassVar[str] = "hinge"


@spec
class SquaredHinge(LossMean):
    r"""Mean of $\max(1 - y \hat y, 0)^2$ for targets of -1 and 1; 0 and 1 are taken for them.

    Example:
        >>> float(SquaredHinge()([[0.0], [1.0]], [[-1.0], [0.5]]))
        0.125
    """

    default_name: ClassVar[str] = "squared_hinge"
    loss: ClassVar[str] = "squared_hinge"


@spec
class CategoricalHinge(LossMean):
    r"""Mean of $\max(m - p + 1, 0)$: the right class's score $p$ against the best other one's, $m$.

    Example:
        >>> float(CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]))
        0.5
    """

    default_name: ClassVar[str] = "categorical_hinge"
    loss: ClassVar[str] = "categorical_hinge"
