"""Natural searches of the built-in record, each with the refs that come first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from spacedialog.model.filters import Involves
from spacedialog.store.read.snapshot import Snapshot

if TYPE_CHECKING:
    from tests.support.trackers import Maker


@pytest.fixture(scope="module")
def view(make: Maker) -> Iterator[Snapshot]:
    """The built-in record."""
    with make("built-in").snapshot() as view:
        yield view


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("lunar payload", "ROK4-31"),
        ("study agreement", "ROK4-04 ROK4-05"),
        ("Lagrange", "ROK4-10"),
        ("lagrange point 4", "ROK4-10"),
        ("deep space antennae", "ROK4-06"),
        ("deep-space antennas", "ROK4-06"),
        ("monitor stations", "ROK4-26"),
        ("interoperability", "ROK4-15"),
        ("every two years", "ROK4-41"),
        ("disaster response", "ROK4-17"),
        ("maritime domain awareness", "ROK4-35 ROK3-08"),
        ("information sharing", "ROK4-36"),
        ("weather satellites", "ROK4-12"),
        ("human spaceflight", "ROK4-08 ROK4-09"),
        ("Kandahari", "ROK4"),
        ("KANDAHARI", "ROK4"),
        ("Feldstein", "ROK4"),
        ("Littlejohn", "ROK3"),
        ("Washington", "ROK4"),
        ("Seoul", "ROK3 ROK2"),
        ("NOAA", "ROK4-23"),
        ("Coast Guard", "ROK4-36"),
        ("해양경찰청", "ROK4-36"),
        ("기상청", "ROK2-03"),
        ("export controls", "ROK4-33 ROK3-12"),
        ("moon payload", "ROK4-31"),
        ("KASI lunar", "ROK4-31"),
        ("Artemis Accords", "ROK4-38 ROK3-04"),
        ("ASAT", "ROK3-03"),
        ("anti-satellite", "ROK3-03"),
        ("KPS", "ROK4-25 ROK4-26"),
        ("GPS working group", "ROK3-15"),
        ("Landsat", "ROK4-13"),
        ("CAS500-4", "ROK4-14"),
        ("SWFO-L1", "ROK4-23"),
        ("K-RadCube", "ROK4-03"),
        ("SPHEREx", "ROK4-20"),
        ("space telescopes", "ROK4-20"),
        ("IMAP", "ROK4-22"),
        ("CLPS", "ROK4-30"),
        ("LUSEM", "ROK4-31"),
        ("space weather forecasting", "ROK4-24"),
        ("space weather", "ROK4-21"),
        ("air quality", "ROK4-18"),
        ("agriculture", "ROK4-16"),
        ("emergencies", "ROK4-17"),
        ("low Earth orbit", "ROK4-09"),
        ("investing in the moon", "ROK4-07"),
        ("Mars", "ROK4-07 ROK2-06"),
        ("framework agreement", "ROK2-01"),
        ("ratified", "ROK2-08"),
        ("implementing agencies", "ROK2-03 ROK2-04"),
        ("heliophysics", "ROK2-05"),
        ("space industry forum", "ROK3-11"),
        ("70th anniversary", "ROK3-05"),
        ("hydrogen", "ROK3-13"),
        ("lunar base", "ROK3-13"),
        ("situational awareness", "ROK4-34"),
        ("19th ICG", "ROK4-27 ROK4-28"),
        ("COPUOS", "ROK4-37"),
        ("Group on Earth Observations", "ROK4-39"),
        ("fifth dialogue", "ROK4-42"),
        ("sea routes", "ROK4-35"),
        ("commercial space", "ROK4-29"),
        ("regulatory frameworks", "ROK4-32"),
        ("U.S. territory", "ROK4-26"),
        ("geostationary", "ROK4-12"),
        ("Ministry of Foreign Affairs", "ROK3-03 ROK3-15"),
        ("Foreign Ministry", "ROK4-01"),
        ("외교부", "ROK4 ROK3"),
        ("Korea AeroSpace Administration", "ROK4-03 ROK4-04 ROK4-05 ROK4-06"),
        ("미국 항공우주국", "ROK4-03"),
        ("항우연", "ROK2-03"),
        ("joint research", "ROK4-02 ROK3-02"),
        ("human space flight", "ROK4-08 ROK4-09"),
        ("Earth-Sun", "ROK4-10"),
        ("US-ROK alliance", "ROK4-02"),
        ("ROK-US space forum", "ROK3-10"),
        ("fourth dialogue", "ROK4 ROK4-01"),
        ("what is the Landsat initiative", "ROK4-13"),
        ("data exchange", "ROK4-14"),
        ('"lunar science payload"', "ROK4-31"),
        ("31", "ROK4-31"),
        ("ROK4-1", "ROK4-01"),
        ("rok4-31.", "ROK4-31"),
        ("#ROK4-31", "ROK4-31"),
        ("ROK4\u201331", "ROK4-31"),
        ("ROK4\u201131", "ROK4-31"),
        ("ROK4-31", "ROK4-31"),
        ("4-31", "ROK4-31"),
    ],
)
def test_a_natural_search_finds_the_item_first(view: Snapshot, words: str, first: str) -> None:
    """The words that a reader of the statement would type find the item before all others."""
    found = [row.ref for row in view.search(words)]
    assert found[: len(first.split())] == first.split()


@pytest.mark.parametrize(("words", "party"), [("State Department", "State"), ("Korean space agency", "KASA")])
def test_a_common_name_finds_the_commitments_of_a_party(view: Snapshot, words: str, party: str) -> None:
    """The common name of a party finds all that the party leads or takes part in."""
    found = {row.ref for row in view.search(words)}
    assert {row.ref for row in view.commitments(Involves([party]))} <= found
