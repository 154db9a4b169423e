"""What is kept beside a runbook in, reviews, exercises, its proof and what is wrong with them out; and back.

Evidence is hashed apart from the runbook: it never changes what it is evidence of.
"""

from __future__ import annotations

from pathlib import Path

from generator.evidence import exercises, proofs, reviews
from generator.model import Kept


def kept(root: Path, runbook: str) -> Kept:
    """The evidence of a runbook, each kind by date; a file that cannot be read is left out."""
    proof = proofs.read(root, runbook)[0]
    return Kept(
        tuple(one.value for one in reviews.read(root, runbook)[0]),
        tuple(one.value for one in exercises.read(root, runbook)[0]),
        None if proof is None or proof.value.runbook != runbook else proof.value,
    )
