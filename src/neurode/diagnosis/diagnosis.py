"""All that the doctor found, the worst first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neurode.diagnosis.finding import SEVERITIES, Finding
from neurode.errors import FileError


@dataclass(frozen=True)
class Diagnosis:
    """What keeps a network from learning.

    Attributes:
        findings: The illnesses, the worst first.
        looked_at: What there was to look at: "the weights", "the history of 30 epochs", "2,048 training
            rows".

    Example:
        >>> print(Diagnosis((), ("the weights", "the history of 30 epochs")))
        nothing found
        looked at: the weights, the history of 30 epochs
    """

    findings: tuple[Finding, ...]
    looked_at: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        ranked = sorted(self.findings, key=lambda finding: SEVERITIES.index(finding.severity))
        object.__setattr__(self, "findings", tuple(ranked))

    @property
    def healthy(self) -> bool:
        """Whether nothing was found but notes."""
        return not self.warnings

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that are more than notes."""
        return tuple(finding for finding in self.findings if finding.severity != "note")

    def to_json(self) -> dict[str, Any]:
        """The diagnosis as plain JSON values."""
        return {
            "healthy": self.healthy,
            "findings": [finding.to_json() for finding in self.findings],
            "looked_at": list(self.looked_at),
        }

    @classmethod
    def from_json(cls, document: Any) -> "Diagnosis":
        """The diagnosis that `to_json` wrote.

        Raises:
            FileError: If it is none.
        """
        if not isinstance(document, Mapping) or not isinstance(document.get("findings"), list):
            raise FileError("the document is no diagnosis", hint="write one with: neurode train TABLE")
        found = tuple(Finding.from_json(finding) for finding in document["findings"])
        return cls(found, tuple(map(str, document.get("looked_at", ()))))

    def __str__(self) -> str:
        found = [*map(str, self.findings)] or ["nothing found"]
        gap = "\n\n" if self.findings else "\n"
        return "\n\n".join(found) + f"{gap}looked at: {', '.join(self.looked_at)}"
