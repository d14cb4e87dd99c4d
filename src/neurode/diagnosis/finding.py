"""What the doctor finds: an illness, how sure it is, and what to change."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from neurode.errors import FileError

SEVERITIES = ("severe", "warning", "note")
"""From what stops a network from learning, over what costs quality, to what is good to know."""


@dataclass(frozen=True)
class Finding:
    """One illness.

    Attributes:
        name: What it is called, in a few words.
        severity: "severe", "warning" or "note".
        evidence: The numbers, in words.
        meaning: What that does to the network, in one sentence.
        advice: The change to try.

    Example:
        >>> print(Finding("dead units", "severe", "dense: 8 of 8", "Nothing gets through.", "silu"))
        severe: dead units
          dense: 8 of 8
          Nothing gets through.
          try: silu
    """

    name: str
    severity: str
    evidence: str
    meaning: str
    advice: str

    @property
    def line(self) -> str:
        """What matters in one line."""
        return f"{self.name}: {self.evidence}; try: {self.advice}"

    def to_json(self) -> dict[str, str]:
        """The finding as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Any) -> "Finding":
        """The finding that `to_json` wrote.

        Raises:
            FileError: If it is none.
        """
        names = set(cls.__dataclass_fields__)
        is_record = isinstance(document, Mapping) and set(document) == names
        if not is_record or document["severity"] not in SEVERITIES:
            raise FileError(f"{document!r} is no finding", available=f"parts: {', '.join(sorted(names))}")
        return cls(**{name: str(document[name]) for name in names})

    def __str__(self) -> str:
        return f"{self.severity}: {self.name}\n  {self.evidence}\n  {self.meaning}\n  try: {self.advice}"
