"""The terms of art that the title or the detail of each built-in commitment must contain, by ref.

They are the words of the statements, so a reader who searches for them finds the item.
"""

from __future__ import annotations

from collections.abc import Mapping

TERMS_2016: Mapping[str, tuple[str, ...]] = {
    "ROK2-01": ("framework agreement", "civil aeronautics", "airspace", "outer space", "civil and peaceful purposes"),
    "ROK2-02": ("framework agreement", "October 2015", "summit", "space cooperation"),
    "ROK2-03": ("implementing agencies", "NASA", "NOAA", "USGS", "KMA", "KARI", "KASI", "KAIA", "KAIST"),
    "ROK2-04": ("implementing agencies", "framework agreement"),
    "ROK2-05": ("planetary exploration", "Earth observation", "Earth science", "heliophysics", "data", "experts"),
    "ROK2-06": ("Korean lunar project", "Moon", "International Space Station", "ISS", "Mars"),
    "ROK2-07": ("space exploration", "satellite", "space environment", "outreach", "space policy"),
    "ROK2-08": ("framework agreement", "ratification", "entry into force", "in force"),
}

TERMS_2022: Mapping[str, tuple[str, ...]] = {
    "ROK3-01": ("third", "Civil Space Dialogue", "Seoul", "May 2022"),
    "ROK3-02": ("alliance", "joint exploration research", "space cooperation"),
    "ROK3-03": ("anti-satellite", "ASAT", "direct-ascent", "destructive", "missile testing"),
    "ROK3-04": ("Artemis Accords",),
    "ROK3-05": ("70th anniversary", "alliance", "space cooperation"),
    "ROK3-06": (
        "sustainability",
        "governance",
        "commercial",
        "technology",
        "satellite navigation",
        "Earth observation",
    ),
    "ROK3-07": (
        "Artemis",
        "International Space Station",
        "ISS",
        "Commercial Lunar Payload Services",
        "CLPS",
        "exploration",
    ),
    "ROK3-08": ("maritime domain awareness", "MDA", "civil", "space-based"),
    "ROK3-09": ("commercial space", "commercial cooperation", "2023"),
    "ROK3-10": ("ROK-U.S. Space Forum", "70th anniversary", "Seoul"),
    "ROK3-11": ("Space Industry Symposium", "space industry forum", "MSIT", "Commerce"),
    "ROK3-12": ("export controls", "satellite components", "working-level"),
    "ROK3-13": ("hydrogen", "mobility", "telecommunications", "Lunar Gateway", "lunar base"),
    "ROK3-14": ("Washington", "regular", "Civil Space Dialogue"),
    "ROK3-15": ("GPS", "KPS", "technical working group", "Korean Positioning System"),
}
