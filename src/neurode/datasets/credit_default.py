"""The table that ships with neurode: who did not pay the next credit card bill."""

from importlib import resources

import polars as pl


def load_credit_default() -> pl.DataFrame:
    """30,000 card holders of a bank in Taiwan in 2005: 23 columns about them, and whether they defaulted.

    Amounts are New Taiwan dollars. `pay_0` to `pay_6` are months of delay from September back to April 2005
    (-2 no consumption, -1 paid in full, 0 revolving credit). The target is `default_payment_next_month`: 1 in
    22.12 % of the rows.

    Example:
        >>> frame = load_credit_default()
        >>> frame.shape, round(frame["default_payment_next_month"].mean(), 4)
        ((30000, 24), 0.2212)

    References:
        Yeh (2009), [Default of Credit Card Clients](https://doi.org/10.24432/C55S3H), UCI Machine Learning
        Repository no. 350, licence CC BY 4.0. Column names are lower case here, and three columns of
        codes are words.
    """
    with resources.as_file(resources.files("neurode.datasets") / "credit_default.parquet") as path:
        return pl.read_parquet(path)
