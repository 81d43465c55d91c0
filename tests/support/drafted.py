"""An invented statement, and a data file such as `draft` might write from it."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from spacedialog.statements import prose

TEXT = """\
Joint Statement on the Second Zubrowka-Syldavia Space Dialogue

1. The second space dialogue of Zubrowka and Syldavia was held at Lutz on 4 May 2026. It was led by both foreign \
ministries.

2. Zubrowka will launch a buoy tender by 2028 and host a workshop on tide gauges. The Syldavian Space Office (SSO) \
intends to share its "open" radar images with Zubrowka. Both sides welcomed the signing of a memorandum on rescue.

3. The two sides agreed to explore a joint lunar relay. They look forward to the next dialogue, which will be held in \
2028 in Klow.
"""


def _candidate(number: int, place: tuple[str, int], title: str, strength: str, **more: Any) -> dict[str, Any]:
    found = {(s.paragraph, s.number): s.text for s in prose.read(TEXT, "text").sentences}
    sentence = found[place]
    source = {"document": "JS", "paragraph": place[0], "sentence": place[1], "hash": prose.fingerprint(sentence)}
    fields = {
        "ref": f"ZUB2-{number:02}",
        "area": "sea",
        "kind": "action-item",
        "title": title,
        "strength": strength,
        **more,
        "status": "complete" if strength == "delivered" else "unknown",
        "sources": [source],
        "draft": {"sentence": sentence, "confidence": 0.8, "why": "'will' with a side before it"},
    }
    # `draft` writes milestones after the sources.
    if "milestones" in fields:
        fields["milestones"] = fields.pop("milestones")
        fields["draft"] = fields.pop("draft")
    return fields


_DOCUMENT: dict[str, Any] = {
    "format": "spacedialog/1",
    "compiled": "2026-05-06",
    "dialogue": {"key": "ZUB2", "series": "Zubrowka-Syldavia Space Dialogue", "title": "Second", "when": "2026-05-04"},
    "documents": [{"key": "JS", "title": "Joint statement"}],
    "areas": [{"key": "sea", "title": "The sea"}, {"key": "moon", "title": "The Moon"}],
    "parties": [
        {"key": "ZUB", "name": "Zubrowka", "side": "ZUB"},
        {"key": "SYL", "name": "Syldavia", "side": "SYL"},
        {"key": "SSO", "name": "Syldavian Space Office", "side": "SYL"},
    ],
    "commitments": [
        _candidate(1, ("2", 1), "Launch a buoy tender and host a workshop", "firm", lead="ZUB", due="../2028"),
        _candidate(2, ("2", 2), "Share open radar images", "intended", lead="SSO", partners=["ZUB"]),
        _candidate(3, ("2", 3), "Sign a memorandum on rescue", "delivered", partners=["ZUB", "SYL"]),
        _candidate(4, ("3", 1), "Explore a joint lunar relay", "exploratory", partners=["ZUB", "SYL"]),
        _candidate(
            5,
            ("3", 2),
            "Hold the next dialogue",
            "firm",
            partners=["ZUB", "SYL"],
            milestones=[{"ref": "ZUB2-05.1", "title": "The next dialogue", "when": "2028", "recurs": "2 years"}],
        ),
    ],
}


def document(*decisions: str) -> dict[str, Any]:
    """Return the draft with its first candidates decided as given; `-` leaves one undecided."""
    drafted = deepcopy(_DOCUMENT)
    for commitment, decision in zip(drafted["commitments"], decisions, strict=False):
        if decision != "-":
            commitment["draft"]["decision"] = decision
    return drafted


def text_of(document: dict[str, Any]) -> str:
    """Return a document as `draft` writes it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
