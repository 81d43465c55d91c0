"""The invented record: a dialogue of Ruritania and Graustark, five commitments, and the updates since."""

from __future__ import annotations

from typing import Any

DIALOGUE = {
    "key": "RUR1",
    "series": "Ruritania-Graustark Space Dialogue",
    "number": 1,
    "title": "First Ruritania-Graustark Space Dialogue",
    "place": "Strelsau",
    "when": "2025-03-10",
    "host": "RUR",
}


def commitment(number: int, area: str, title: str, strength: str, **more: Any) -> dict[str, Any]:
    """Return a commitment of the first dialogue as a data file holds it; `more` adds or replaces fields."""
    return {
        "ref": f"RUR1-{number:02}",
        "area": area,
        "kind": "action-item",
        "title": title,
        "strength": strength,
        "sources": [{"document": "JS", "paragraph": str(number)}],
        "status": "unknown",
        **more,
    }


RECORD: dict[str, Any] = {
    "format": "spacedialog/1",
    "compiled": "2026-11-01",
    "dialogue": DIALOGUE,
    "documents": [{"key": "JS", "title": "Joint statement", "url": "https://strelsau.example/statement"}],
    "areas": [{"key": "moon", "title": "The Moon"}, {"key": "weather", "title": "Weather and climate"}],
    "parties": [
        {"key": "RUR", "name": "Ruritania", "side": "RUR"},
        {"key": "RSA", "name": "Ruritanian Space Agency", "side": "RUR"},
        {"key": "GRA", "name": "Graustark", "side": "GRA"},
        {"key": "GMO", "name": "Graustark Meteorological Office", "side": "GRA"},
    ],
    "commitments": [
        commitment(
            1,
            "moon",
            "Fly a Graustark seismometer to the Moon",
            "firm",
            lead="RSA",
            partners=["GRA"],
            due="2026",
            status="not-started",
            milestones=[{"ref": "RUR1-01.1", "title": "Deliver the seismometer", "when": "2026-03"}],
        ),
        commitment(2, "moon", "Explore sharing a lunar relay", "exploratory", partners=["RSA", "GRA"]),
        commitment(3, "weather", "Exchange data on sea ice", "intended", lead="GMO", partners=["RSA"], due="2026-11"),
        commitment(
            4,
            "weather",
            "Meet every second year",
            "firm",
            partners=["RUR", "GRA"],
            milestones=[{"ref": "RUR1-04.1", "title": "The next meeting", "when": "2027", "recurs": "2 years"}],
        ),
        commitment(5, "weather", "Open an office in Strelsau", "delivered", lead="RUR", status="complete"),
    ],
    "updates": [
        {
            "ref": "RUR1-01",
            "on": "2025-06-01",
            "status": "in-progress",
            "percent": 20,
            "note": "The contract for the lander was signed.",
            "evidence": "https://strelsau.example/lander",
        },
        {
            "ref": "RUR1-01.1",
            "on": "2026-02",
            "due": "2026-09",
            "note": "The sensor failed a vibration test.",
            "evidence": "https://strelsau.example/sensor",
        },
        {
            "ref": "RUR1-03",
            "on": "2025-09-20",
            "note": "Both archives agreed on a format.",
            "evidence": "https://graustark.example/ice",
        },
    ],
}
