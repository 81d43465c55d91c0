"""Agreement: how often assessors gave the same verdict on the same unit, and how much more often than by chance.

A unit is a commitment, or one party to it, with a verdict under the rubric. A verdict such as `cannot-tell` is a
missing value. Pure, except for the library that computes alpha.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from spacedialog.errors import InputError
from spacedialog.model.rows.assessment import Agreement, AgreementRow
from spacedialog.model.rows.record import AssessmentRow
from spacedialog.model.rubrics import Rubric

KAPPA = "Cohen's kappa"
ALPHA = "Krippendorff's alpha"
SOURCES = {
    KAPPA: "Cohen 1960, https://doi.org/10.1177/001316446002000104",
    ALPHA: "Krippendorff 2011, https://repository.upenn.edu/asc_papers/43",
}


def agreement(rubric: Rubric, verdicts: Iterable[AssessmentRow]) -> Agreement:
    """Return the agreement of the verdicts, all under the rubric; `value` is None if a library is missing."""
    units: dict[tuple[str, str | None], dict[str, str]] = {}
    titles: dict[str, str] = {}
    for row in verdicts:
        titles[row.ref] = row.title
        unit = units.setdefault((row.ref, row.party), {})
        if row.verdict in rubric.judgements:
            unit[row.assessor] = row.verdict
    judged = {unit: given for unit, given in units.items() if given}
    compared = {unit: given for unit, given in judged.items() if len(given) > 1}
    assessors = sorted({assessor for given in judged.values() for assessor in given})
    pairs = [pair for given in compared.values() for pair in combinations(given.values(), 2)]
    alike = sum(one == other for one, other in pairs)
    coefficient, value, why = _coefficient(rubric, list(judged.values()), assessors)
    return Agreement(
        rubric.name,
        rubric.title,
        tuple(assessors),
        len(compared),
        len(units) - len(compared),
        len(pairs),
        alike,
        round(100 * alike / len(pairs), 1) if pairs else None,
        coefficient,
        None if value is None else round(value, 6),
        why,
        SOURCES.get(coefficient or ""),
        tuple(
            AgreementRow(ref, titles[ref], party, dict(sorted(given.items())))
            for (ref, party), given in compared.items()
            if len(set(given.values())) > 1
        ),
    )


def _coefficient(
    rubric: Rubric, units: Sequence[Mapping[str, str]], assessors: Sequence[str]
) -> tuple[str | None, float | None, str | None]:
    """Return the coefficient for these units, its value, and the reason if it has none."""
    compared = [given for given in units if len(given) > 1]
    if not compared:
        return None, None, "no commitment was assessed by two assessors"
    name = KAPPA if len(assessors) == 2 and len(compared) == len(units) else ALPHA
    if len({verdict for given in compared for verdict in given.values()}) == 1:
        return name, None, "undefined: all verdicts are equal, so the agreement expected by chance is 100%"
    if name == KAPPA:
        return name, kappa([(given[assessors[0]], given[assessors[1]]) for given in units]), None
    try:
        return name, alpha([[given.get(one) for one in assessors] for given in units], rubric), None
    except InputError as error:
        return name, None, f"{error.problem}: {error.remedy}"


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa, unweighted: (observed - expected) / (1 - expected) agreement of two assessors.

    Each pair has their verdicts on one unit. The expected agreement is that of independent assessors with the same
    shares of verdicts. None if it is 1, or without units.

    Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological Measurement 20(1),
    37-46.
    """
    if not pairs:
        return None
    count = len(pairs)
    first, second = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    observed = Fraction(sum(one == other for one, other in pairs), count)
    expected = Fraction(sum(first[verdict] * second[verdict] for verdict in first), count * count)
    return None if expected == 1 else float((observed - expected) / (1 - expected))


def alpha(units: Sequence[Sequence[str | None]], rubric: Rubric) -> float:
    """Return Krippendorff's alpha: 1 - observed / expected disagreement.

    A unit has a verdict or None for each assessor. Alpha is ordinal if the rubric is, nominal otherwise. Units with
    more than one verdict must have two different verdicts among them. Raises InputError if the library is not
    installed.

    Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability. University of Pennsylvania; and (2004) Content
    Analysis, 2nd ed., chapter 11.
    """
    try:
        # Imported here because it imports numpy, which takes a tenth of a second.
        import krippendorff
    except ImportError as error:
        raise InputError(
            "the library krippendorff is not installed",
            "install it with pip install 'spacedialog[assess]'",
        ) from error
    rank = {verdict: float(number) for number, verdict in enumerate(rubric.judgements)}
    by_assessor = [[rank[one] if one else float("nan") for one in given] for given in zip(*units, strict=True)]
    return float(krippendorff.alpha(by_assessor, level_of_measurement="ordinal" if rubric.ordinal else "nominal"))
