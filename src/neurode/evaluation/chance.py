"""What chance alone could do: p-values of segments, corrected for how many were looked at."""

import numpy as np
from jaxtyping import Float, Shaped

from neurode.evaluation.decisions import ratio
from neurode.evaluation.reliability import NORMAL_975

Numbers = Shaped[np.ndarray, " segments"]
"""One number a segment."""


def holm(p_values: Float[np.ndarray, " tests"]) -> Float[np.ndarray, " tests"]:
    r"""The p-values, corrected so that one of all tests is wrongly below 0.05 in one study of twenty at most.

    The $k$-th smallest of $m$ becomes $\max_{j \le k} (m - j + 1) p_{(j)}$, at most 1. It holds however the
    tests depend on each other; segments of different columns share rows.

    Example:
        >>> holm(np.array([0.01, 0.04, 0.03]))
        array([0.03, 0.06, 0.06])

    References:
        Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    order = np.argsort(p_values, kind="stable")
    steps = np.arange(len(p_values), 0, -1)
    corrected = np.empty(len(p_values))
    corrected[order] = np.minimum(np.maximum.accumulate(p_values[order] * steps), 1.0)
    return corrected


def sum_p_value(excess: Numbers, variance: Numbers) -> Float[np.ndarray, " segments"]:
    r"""How likely a sum of yes/no events is to miss its expectation by so much, either way.

    $p = 2 \Phi(-r)$ with $r = \sqrt{2 v \, h(|d| / v)}$ and $h(u) = (1 + u) \ln(1 + u) - u$, for an excess
    $d$ and its variance $v$: the signed root of a Poisson deviance. For many events it is the normal
    approximation $r = |d| / \sqrt v$; for few it keeps the longer tail of rare events, where the normal one
    would call a single default in a good segment impossible.

    Args:
        excess: What happened, less what was expected.
        variance: Of the sum, were the probabilities true.

    Example:
        One event where 0.05 were expected: its true probability is 0.049.

        >>> sum_p_value(np.array([0.95]), np.array([0.05])).round(3)
        array([0.043])

    References:
        Bennett (1962), Probability inequalities for the sum of independent random variables: the exponent h;
        Barndorff-Nielsen, Cox (1994), Inference and Asymptotics, section 6.6: the signed root as a normal
        number.
    """
    from scipy.special import ndtr  # type: ignore[import-untyped]

    size = np.abs(np.asarray(excess, dtype=np.float64))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = size / variance
        # The two terms cancel where the share is small; the series is exact to rounding there.
        exponent = np.where(share < 1e-4, share**2 / 2 - share**3 / 6, (1 + share) * np.log1p(share) - share)
        root = np.sqrt(2 * variance * exponent)
    # What was called impossible or certain leaves no room for chance.
    root = np.where(np.asarray(variance) > 0, root, np.where(size > 1e-9, np.inf, 0.0))
    return 2 * ndtr(-root)


def share_deviation(share: Numbers, rows: Numbers) -> Float[np.ndarray, " bins"]:
    r"""How far an observed share is from the true one on average: a binomial's mean absolute deviation.

    $E|X/n - p| = 2 \frac{m}{n} \binom{n}{m} p^m (1 - p)^{n - m + 1}$ with $m = \lfloor np \rfloor + 1$:
    exact, also for the few rows where no normal distribution is near.

    Args:
        share: The true share $p$ of each bin, 0 to 1.
        rows: How many rows $n$ each has, 1 or more.

    Example:
        >>> share_deviation(np.array([0.5, 0.5, 0.01]), np.array([1, 100, 50])).round(4)
        array([0.5   , 0.0398, 0.0121])

    References:
        de Moivre (1730), Miscellanea analytica; Diaconis, Zabell (1991), Closed form summation for classical
        distributions, equation 1.1.
    """
    from scipy.special import gammaln, xlog1py, xlogy

    # A mean of float32 probabilities can lie a rounding step above 1.
    share = np.clip(np.asarray(share, dtype=np.float64), 0, 1)
    rows = np.asarray(rows, dtype=np.float64)
    # At a share of 1 the term is 0 whatever the count; n keeps the binomial defined.
    above = np.minimum(np.floor(rows * share) + 1, rows)
    ways = gammaln(rows + 1) - gammaln(above + 1) - gammaln(rows - above + 1)
    term = np.exp(ways + xlogy(above, share) + xlog1py(rows - above + 1, -share))
    return 2 * above / rows * term


def mean_p_value(
    difference: Numbers, error: Numbers, degrees: Shaped[np.ndarray, "..."]
) -> Float[np.ndarray, " segments"]:
    """Student's two-sided p-value of a mean; NaN where there is no error to compare with.

    Example:
        >>> mean_p_value(np.array([2.0]), np.array([1.0]), np.array([10])).round(4)
        array([0.0734])

    References:
        Student (1908), The probable error of a mean.
    """
    from scipy.special import stdtr

    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(difference) / error
    # All errors alike: no difference is no news, any other is certain.
    t = np.where((error == 0) & (difference == 0), 0.0, t)
    return 2 * stdtr(degrees, -t)


def welch(
    variance: Numbers, rows: Numbers, other_variance: Numbers, other_rows: Numbers
) -> tuple[Float[np.ndarray, " segments"], Float[np.ndarray, " segments"]]:
    """Standard error of the difference of two means, and its degrees of freedom.

    Example:
        >>> [part.round(3) for part in welch(*(np.array([x]) for x in (1.0, 10, 4.0, 20)))]
        [array([0.548]), array([27.982])]

    References:
        Welch (1947), The generalization of 'Student's' problem when several different population variances
        are involved, equation 28.
    """
    ours, theirs = ratio(variance, rows), ratio(other_variance, other_rows)
    spread = ratio(ours**2, rows - 1) + ratio(theirs**2, other_rows - 1)
    return np.sqrt(ours + theirs), ratio((ours + theirs) ** 2, spread, undefined=1.0)


def auc_variance(auc: Numbers, positive: Numbers, negative: Numbers) -> Float[np.ndarray, " segments"]:
    r"""The variance of the area under a ROC curve, from its size and the rows alone.

    $\frac{A (1 - A) + (n_1 - 1)(Q_1 - A^2) + (n_0 - 1)(Q_2 - A^2)}{n_1 n_0}$ with
    $Q_1 = A / (2 - A)$ and $Q_2 = 2 A^2 / (1 + A)$.

    Example:
        >>> np.sqrt(auc_variance(np.array([0.75]), np.array([50]), np.array([200]))).round(4)
        array([0.0424])

    References:
        Hanley, McNeil (1982), [The meaning and use of the area under a receiver operating characteristic
        curve](https://doi.org/10.1148/radiology.143.1.7063747), equation 2.
    """
    first = auc / (2 - auc) - auc**2
    second = 2 * auc**2 / (1 + auc) - auc**2
    return ratio(
        auc * (1 - auc) + (positive - 1) * first + (negative - 1) * second,
        np.asarray(positive, dtype=np.float64) * negative,
    )


def auc_interval(
    auc: Numbers, positive: Numbers, negative: Numbers
) -> tuple[Float[np.ndarray, " segments"], Float[np.ndarray, " segments"]]:
    """The 95 % interval: all areas that the one found is no surprise for, found by halving.

    As Wilson's interval of a share it stays within 0 and 1 and has a width at 1 too.

    Example:
        >>> [end.round(3) for end in auc_interval(np.array([0.75]), np.array([50]), np.array([200]))]
        [array([0.661]), array([0.824])]
    """
    ends = []
    for farthest in (0.0, 1.0):
        inside = np.array(auc, dtype=np.float64)
        outside = np.full_like(inside, farthest)
        for _ in range(50):
            middle = (inside + outside) / 2
            near = np.abs(middle - auc) <= NORMAL_975 * np.sqrt(auc_variance(middle, positive, negative))
            inside, outside = np.where(near, middle, inside), np.where(near, outside, middle)
        ends.append(np.where(np.isnan(auc), np.nan, inside))
    return ends[0], ends[1]
