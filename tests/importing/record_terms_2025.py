"""The terms of art that the title or the detail of each commitment of the fourth dialogue must contain, by ref.

They are the words of the statement, of the ministries and of the programs, so a reader who searches for them finds the
item.
"""

from __future__ import annotations

from collections.abc import Mapping

TERMS_2025: Mapping[str, tuple[str, ...]] = {
    "ROK4-01": ("fourth", "Civil Space Dialogue", "Washington"),
    "ROK4-02": ("U.S.-ROK Alliance", "alliance", "joint research", "Earth observation", "regulatory cooperation"),
    "ROK4-03": ("space exploration", "Artemis", "missions"),
    "ROK4-04": ("NASA", "KASA", "study agreement", "Artemis"),
    "ROK4-05": ("study agreement", "implementation", "Artemis"),
    "ROK4-06": ("Korean Deep Space Antennae", "deep space", "KDSA", "missions"),
    "ROK4-07": ("investment", "Moon and Mars", "exploration capabilities"),
    "ROK4-08": ("human spaceflight", "capabilities"),
    "ROK4-09": ("human spaceflight", "low Earth orbit"),
    "ROK4-10": ("KASA-led", "Lagrange", "Lagrange Point 4", "L4", "study agreement"),
    "ROK4-11": ("NASA-led", "astrophysics", "missions", "partnership"),
    "ROK4-12": ("meteorological", "geostationary", "satellites", "meteorological geostationary satellites"),
    "ROK4-13": ("Landsat 2030 International Partnership Initiative", "participation"),
    "ROK4-14": ("satellite data exchange", "satellite data", "CAS500-4"),
    "ROK4-15": ("interoperability", "satellite data"),
    "ROK4-16": ("agricultural monitoring", "agriculture", "satellite data"),
    "ROK4-17": ("disaster", "emergency", "real-time", "response", "disaster response"),
    "ROK4-18": ("ASIA-AQ", "air quality"),
    "ROK4-19": ("ASIA-AQ", "rapid science synthesis", "report"),
    "ROK4-20": ("SPHEREx", "telescope", "KASI", "NASA"),
    "ROK4-21": ("astronomy", "space weather", "partnership"),
    "ROK4-22": ("IMAP", "NASA", "Interstellar Mapping and Acceleration Probe"),
    "ROK4-23": ("NOAA", "SWFO-L1", "Space Weather Follow On", "space weather"),
    "ROK4-24": ("space weather", "prediction", "forecast", "technologies"),
    "ROK4-25": ("Korean Positioning System", "KPS", "interoperable", "support"),
    "ROK4-26": ("KPS", "ground monitor stations", "U.S. territory", "hosting"),
    "ROK4-27": ("ICG", "19th annual meeting", "UN", "host"),
    "ROK4-28": ("ICG", "United States", "inviting"),
    "ROK4-29": ("commercial space", "industry collaboration", "industry", "commercial space cooperation"),
    "ROK4-30": ("CLPS", "lunar exploration", "Commercial Lunar Payload Services"),
    "ROK4-31": ("lunar", "payload", "lunar science payload", "KASI", "NASA", "LUSEM"),
    "ROK4-32": ("regulatory framework", "regulatory"),
    "ROK4-33": ("export controls", "mutual understanding"),
    "ROK4-34": ("space situational awareness", "SSA", "sustainability"),
    "ROK4-35": (
        "Maritime Domain Awareness",
        "MDA",
        "satellite data",
        "maritime transportation",
        "security threats",
        "maritime transportation routes",
    ),
    "ROK4-36": ("information sharing", "NMIO", "Korea Coast Guard"),
    "ROK4-37": ("COPUOS", "UN"),
    "ROK4-38": ("Artemis Accords",),
    "ROK4-39": ("GEO", "Group on Earth Observations"),
    "ROK4-40": ("CEOS", "Committee on Earth Observation Satellites"),
    "ROK4-41": ("every two years", "Civil Space Dialogue"),
    "ROK4-42": ("next dialogue", "2027", "fifth", "host", "Civil Space Dialogue"),
}
