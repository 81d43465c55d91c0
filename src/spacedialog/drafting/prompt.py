"""The instruction for a language model to find the commitments of a statement; `answer` checks the result."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from spacedialog.drafting.answer import Problem
from spacedialog.drafting.candidates import Ground
from spacedialog.drafting.lexicon import register
from spacedialog.model.escapes import json_safe
from spacedialog.statements.prose import Prose


def prompt(prose: Prose, ground: Ground, earlier: tuple[Sequence[Any], Sequence[Problem]] | None = None) -> str:
    """Return the instruction, with the sentences; `earlier` are the items of an answer with their problems.

    Each sentence is a line of JSON, and the mark around them is their hash, so no text can imitate it.
    """
    parties, lines = ground.parties, []
    for number, one in enumerate(prose.sentences, 1):
        said = {"s": f"S{number}", "place": one.place, "under": one.heading, "stem": one.stem}
        lines.append(_json({key: value for key, value in said.items() if value} | {"text": one.text}))
    sentences = "\n".join(lines)
    text = " ".join(f"{one.stem} {one.text}" for one in prose.sentences)
    named = [party for party in parties.known.values() if party.key not in parties.sides and party.name != party.side]
    bodies = [party for party in named if party.side != party.key and (party.key in text or party.name in text)]
    values = {
        "mark": f"===== STATEMENT {sha256(sentences.encode()).hexdigest()[:16]} =====",
        "when": ground.when.isoformat() if ground.when else "a day that is not known: give null",
        "sides": ", ".join(parties.sides),
        "governments": _json({key: parties.known[key].name for key in parties.sides}),
        "parties": _json({party.key: party.name for party in bodies}),
        "areas": _json(ground.areas.titles),
        "schema": _json(register("answer")["schema"]),
        "earlier": _earlier(*earlier) if earlier else "",
        "sentences": sentences,
    }
    return _template("prompt").format_map(values)


@cache
def _template(name: str) -> str:
    return (files("spacedialog.drafting") / "register" / f"{name}.md").read_text("utf-8")


def _earlier(items: Sequence[Any], problems: Sequence[Problem]) -> str:
    """Return the part of a second instruction that shows the first answer."""
    found = [f"- {problem.line}" for problem in problems] or ["- none; look for what is missing"]
    shown = "\n".join(json_safe(line) for line in found)
    return _template("retry").format(items="\n".join(_json(item) for item in items), problems=shown)


def _json(value: Any) -> str:
    return json_safe(json.dumps(value, ensure_ascii=False))
