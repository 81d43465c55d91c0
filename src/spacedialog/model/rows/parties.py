"""Rows of parties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class PartyRow(NamedTuple):
    """A party, with its roles: how many commitments it leads or is a partner of, and how many dialogues it hosted.

    One row is for all dialogues in which the party takes part; `dialogues` has their keys, newest meeting first, and
    `name`, `side` and `aliases` are those of the newest. `commitments` counts those that it leads or is a partner of.
    The counts are of the party itself, without its predecessors. `succeeds` has the parties that it succeeds, and
    `succeeded_by` those that succeed it, each with `party` and `from`, an EDTF date.
    """

    party: str
    name: str
    side: str
    commitments: int
    led: int
    partnered: int
    hosted: int
    dialogues: tuple[str, ...]
    aliases: tuple[str, ...]
    succeeds: tuple[Mapping[str, str], ...]
    succeeded_by: tuple[Mapping[str, str], ...]
