"""Tests of the parties of a text: the governments that met, subjects that can promise, and parties that act."""

from __future__ import annotations

import pytest

from spacedialog.drafting.parties import Parties
from spacedialog.statements.prose import Prose, Sentence, read

TEXT = """Joint Statement of Norway and Kenya

Prime Minister Kari Holm of Norway welcomed Kenyan President Amos Odera to Oslo. The Norwegian Space Agency (NOSA)
and the Kenya Space Agency (KSA) met Switzerland's delegation. The Tana River Authority (TRA) will train staff with
the Ministry of Roads and Bridges. A Network for Reef Wardens will be formed, and a Joint Reef Task Force (JRTF) too.
"""


def parties(text: str = TEXT) -> Parties:
    """Return the parties of a text."""
    return Parties(read(text, "text"))


def at(text: str, paragraph: str = "9") -> Sentence:
    """Return a sentence of a paragraph."""
    return Sentence(paragraph, 1, text, "")


@pytest.mark.parametrize(
    ("title", "sides"),
    [
        ("Joint Statement of Norway and Kenya", ("NOR", "KEN")),
        ("U.S.-Mexico Dialogue on Ports", ("US", "MEX")),
        ("ASEAN-U.S. Statement on Tides", ("ASEAN", "US")),
        ("U.S.-ROK Fact Sheet", ("US", "ROK")),
        ("A Framework of the United States \u2013 Switzerland \u2013 Liechtenstein Talks", ("US", "CHE", "LIE")),
        ("Quad Statement", ("AUS", "IND", "JPN", "US")),
        ("Statement of the AUKUS Ministers", ("AUS", "UK", "US")),
        ("Statement of Chile, Peru, Ghana, Kenya, Japan, Nepal, Malta, Fiji, Tonga and Norway", 10),
        ("Joint Statement of Norway and Kenya on Ukraine", ("NOR", "KEN")),
    ],
)
def test_the_sides_are_those_that_the_title_names(title: str, sides: tuple[str, ...] | int) -> None:
    """The sides are all governments of the title, in its order, also if hyphens join them or a group names them."""
    found = Parties(Prose(title, (at("They met."),))).sides
    assert found == sides if isinstance(sides, tuple) else len(found) == sides


@pytest.mark.parametrize(
    "subject",
    [
        *("we", "They", "both sides", "Both leaders", "the two countries", "the Participants", "our nations", "Norway"),
        *("the Foreign Ministers", "President Odera", "Holm", "the Norwegian side", "the Government of Kenya", "KSA"),
        *("experts from both countries", "the Tana River Authority", "the Network", "NOSA and the KSA", "Oslo's JRTF"),
        *("Norway, for its part,", "Kenya and Norway", "Similarly, President Odera"),
    ],
)
def test_a_party_can_make_a_promise(subject: str) -> None:
    """Governments, their officials and organs, bodies of the text, and words for all sides are parties."""
    assert parties().is_party(subject)


@pytest.mark.parametrize(
    "subject",
    [
        *(
            "the Agreement",
            "this framework",
            "Closer collaboration",
            "the discussions",
            "This",
            "Cooperation with Kenya",
        ),
        *(
            "Norway's contribution",
            "The agreement between Norway and Kenya",
            "people of both countries",
            "The satellite",
        ),
        *("Participation of Kenya", "the Indian Ocean", "a Kenyan port", "our work", ""),
    ],
)
def test_a_thing_can_make_no_promise(subject: str) -> None:
    """A thing is not a party, even beside the name of a party."""
    assert not parties().is_party(subject)


@pytest.mark.parametrize(
    ("subject", "action", "keys"),
    [
        ("the leaders", "will map the reef", "NOR KEN"),
        ("Odera", "will send a ship", "KEN"),
        ("Prime Minister Holm", "will send a ship to the KSA", "NOR KSA"),
        ("Kenya", "will map the reef with Norway", "KEN NOR"),
        ("Kenya", "will balance its trade with Norway", "KEN"),
        ("Kenya", "will license drugs approved by the TRA", "KEN"),
        ("Both sides", "will deepen exchanges between NOSA and the Kenya Space Agency", "NOSA KSA"),
        ("Both sides", "will work with Japan", "NOR KEN JPN"),
        ("Both sides", "will map the reef, including through workshops with Japan", "NOR KEN"),
        ("They", "will open trilateral talks among Norway, Kenya, and Japan", "NOR KEN JPN"),
        ("They", "will expand Norway-Kenya-Japan exercises", "NOR KEN JPN"),
        ("Both sides", "welcomed Norway's plan to open a port", "NOR"),
        ("The reef", "will be mapped by the TRA", "TRA"),
        ("The reef", "will be mapped", "NOR KEN"),
        ("", "Expand research between NOSA and KSA", "NOSA KSA"),
        ("the JRTF", "will meet every year", "NOR KEN"),
        ("the Network", "will train wardens", "Network-for-Reef-Wardens"),
        ("TRA", "will train with the Ministry of Roads and Bridges", "TRA Ministry-of-Roads-and-Bridges"),
        ("The signing", "was witnessed by Japan", "NOR KEN"),
    ],
)
def test_who_is_to_act_and_with_whom(subject: str, action: str, keys: str) -> None:
    """The subject leads, and parties after `with`, `between` and `by` count; means, witnesses and mentions do not."""
    assert parties().of(at(f"{subject} {action}."), subject, action) == tuple(keys.split())


def test_words_for_those_before_refer_to_them() -> None:
    """`They`, `it` and `the two agencies` are those that were named before, in the same paragraph."""
    known = parties()
    assert known.of(at("NOSA and KSA met."), "NOSA and KSA", "met") == ("NOSA", "KSA")
    assert known.of(at("They will map the reef."), "They", "will map the reef") == ("NOSA", "KSA")
    assert known.of(at("The two agencies will meet.", "10"), "The two agencies", "will meet") == ("NOSA", "KSA")
    assert known.of(at("They will meet again.", "11"), "They", "will meet again") == ("NOR", "KEN")
    said = at("Kenya announced that it will dredge the port.", "12")
    assert known.of(said, "it", "will dredge the port") == ("KEN",)


def test_a_side_without_an_entry_in_the_register_is_named_by_the_option() -> None:
    """`ZUB=Zubrowka` makes a side that the text may name."""
    known = Parties(Prose("A Meeting", (at("Zubrowka will pay."),)), ("ZUB=Zubrowka", "NOR"))
    assert known.sides == ("ZUB", "NOR")
    assert known.of(at("Zubrowka will pay."), "Zubrowka", "will pay") == ("ZUB",)
