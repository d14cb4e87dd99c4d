"""Synthetic loans: applications made up by code, of any number, for measuring size and speed."""

import numpy as np
import polars as pl

GRADES = tuple("ABCDEFG")
SUB_GRADES = tuple(f"{grade}{step}" for grade in GRADES for step in range(1, 6))
HOMES = ("MORTGAGE", "RENT", "OWN", "ANY", "OTHER", "NONE")
VERIFICATIONS = ("Not Verified", "Source Verified", "Verified")
PURPOSES = (
    "debt_consolidation",
    "credit_card",
    "home_improvement",
    "other",
    "major_purchase",
    "medical",
    "small_business",
    "car",
    "vacation",
    "moving",
    "house",
    "wedding",
    "renewable_energy",
    "educational",
)
PURPOSE_SHARES = (0.56, 0.2, 0.07, 0.06, 0.025, 0.02, 0.015, 0.015, 0.01, 0.01, 0.006, 0.005, 0.002, 0.002)


def make_loans(n_rows: int, seed: int = 0) -> pl.DataFrame:
    """Synthetic loan applications: no real person or loan is behind any row.

    The columns are those of a well-known lender's table; with categories and flags one-hot they are 77
    features. Applicants differ in a hidden risk, which the lender sees in part and writes down as the grade.
    Risk, the burden of the instalments, full credit cards and a few interactions decide who gets into
    trouble, so that a network does a little better than a linear model. About 20 % do (`problem_loan` is 1).

    Args:
        n_rows: How many applications.
        seed: Equal seeds give equal tables.

    Example:
        >>> loans = make_loans(1_000)
        >>> loans.shape, loans.columns[:3]
        ((1000, 16), ['grade', 'sub_grade', 'home_ownership'])
    """
    random = np.random.default_rng(seed)
    risk = random.normal(size=n_rows)
    sub_grade = _sub_grade(risk, random)
    income = np.exp(11.05 - 0.08 * risk + 0.5 * random.normal(size=n_rows)).round(-2)
    amount = np.clip(income * np.exp(-1.6 + 0.55 * random.normal(size=n_rows)), 1_000, 40_000) // 25 * 25
    term = np.where(random.random(n_rows) < _sigmoid(-2.6 + 0.07 * sub_grade + amount / 20_000), 60, 36)
    home = _choose(random, n_rows, (0.49, 0.395, 0.1, 0.007, 0.005, 0.003))
    verification = _choose(random, n_rows, (0.3, 0.38, 0.32))
    purpose = _choose(random, n_rows, PURPOSE_SHARES)
    zip_code = random.integers(7, 1_000, n_rows)
    accounts = 2 + random.negative_binomial(4, 4 / 24, n_rows)
    log_limit = 9.6 + 0.35 * np.log(income / 63_000) - 0.3 * risk + 0.9 * random.normal(size=n_rows)
    limit = np.exp(log_limit).round(-2)
    full_cards = np.clip(0.45 + 0.16 * risk + 0.33 * random.normal(size=n_rows), 0, 1)
    # Few people have more than five cards, so that shares of full ones repeat.
    full_cards = (np.round(full_cards * 5) * 20).astype(np.int8)
    balance = (limit * (0.1 + full_cards / 130) * np.exp(0.4 * random.normal(size=n_rows))).round()
    unemployed = random.random(n_rows) < 0.06
    employed_years = np.where(unemployed, 0, np.minimum(random.geometric(0.13, n_rows) - 1, 10))
    score = _trouble(
        risk, income, amount, term, home, purpose, zip_code, accounts, full_cards, unemployed, employed_years
    )
    return pl.DataFrame(
        {
            "grade": _words(GRADES, sub_grade // 5),
            "sub_grade": _words(SUB_GRADES, sub_grade),
            "home_ownership": _words(HOMES, home),
            "verification_status": _words(VERIFICATIONS, verification),
            "id_zip": zip_code.astype(np.int16),
            "purpose": _words(PURPOSES, purpose),
            "funded_amnt": amount.astype(np.int32),
            "term": term.astype(np.int8),
            "annual_inc": income,
            "total_acc": accounts.astype(np.int16),
            "percent_bc_gt_75": full_cards.astype(np.float64),
            "total_bc_limit": limit.astype(np.int32),
            "revol_bal": balance.astype(np.int32),
            "emp_length_num": employed_years.astype(np.int8),
            "unemployed": unemployed.astype(np.int8),
            "problem_loan": (random.random(n_rows) < _sigmoid(score)).astype(np.int8),
        }
    )


def _sub_grade(risk: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """0 (A1) to 34 (G5): what the lender sees of the risk; most are A to C."""
    seen = 0.8 * risk + 0.6 * random.normal(size=risk.size)
    return np.clip(11 + 6.5 * seen + 0.9 * seen**2, 0, 34).astype(np.int8)


def _trouble(
    risk: np.ndarray,
    income: np.ndarray,
    amount: np.ndarray,
    term: np.ndarray,
    home: np.ndarray,
    purpose: np.ndarray,
    zip_code: np.ndarray,
    accounts: np.ndarray,
    full_cards: np.ndarray,
    unemployed: np.ndarray,
    employed_years: np.ndarray,
) -> np.ndarray:
    """The log-odds of trouble; the constants are chosen for a share of 20 %."""
    burden = amount / term * 12 / income
    rents = home == HOMES.index("RENT")
    return (
        -1.65
        + 0.75 * risk
        + 1.3 * np.tanh(12 * (burden - 0.12))
        + 0.9 * (unemployed & (rents | (full_cards > 60)))
        + 0.7 * ((full_cards > 60) & (burden > 0.12))
        + 0.5 * (purpose == PURPOSES.index("small_business"))
        + 0.25 * rents
        # Trouble is likelier at both ends: a new job, and the last years before retirement.
        + 0.03 * (employed_years - 5) ** 2
        + 0.35 * np.sin(zip_code / 110)
        - 0.15 * np.log(accounts / 20)
    )


def _choose(random: np.random.Generator, n_rows: int, shares: tuple[float, ...]) -> np.ndarray:
    return np.searchsorted(np.cumsum(shares)[:-1], random.random(n_rows)).astype(np.int8)


def _words(words: tuple[str, ...], codes: np.ndarray) -> pl.Series:
    return pl.Series(words).gather(codes)


def _sigmoid(score: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-score))
