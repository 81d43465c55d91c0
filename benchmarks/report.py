"""The results as Markdown, as JSON and as an SVG plot."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
from html import escape
from math import ceil, floor, log10
from pathlib import Path
from typing import Any

from benchmarks import peers
from benchmarks.suite import FLOOR, OURS, Check, Figures, Result, Suite

_COLOURS = {
    OURS: "#0969da",
    FLOOR: "#8250df",
    peers.TASK: "#cf222e",
    peers.HLEDGER: "#bc6c00",
    peers.TODOMAN: "#1a7f37",
    peers.SHELL: "#808890",
}
_PANELS = {
    "due": "Due within 30 days",
    "area": "One area and status",
    "list": "List of all, JSON",
    "mark": "Mark one",
    "export": "Export",
    "import": "Import",
}


def machine(suite: Suite) -> dict[str, str]:
    """Return the names and versions of the machine, the system and the programs."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in _read("/proc/cpuinfo").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    script = (
        "import importlib.metadata as m; print(*(f'{n} {m.version(n)}' for n in ('typer', 'rich', 'sqlite-utils')))"
    )
    libraries = subprocess.run([suite.python, "-c", script], capture_output=True, text=True, check=True).stdout.strip()
    version = subprocess.run([suite.program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {
        "program": version,
        "machine": f"{model}, {os.cpu_count()} cores, {memory:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "libraries": libraries,
        **(peers.versions() if suite.with_peers else {}),
        "smallest measurable peak": f"{max((result.ours.least for result in suite.results), default=0):.0f} MB",
    }


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except OSError:
        return ""


def write(suite: Suite, folder: Path) -> None:
    """Write `results.md`, `results.json` and `scale.svg`."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = machine(suite)
    (folder / "results.json").write_text(json.dumps(_json_document(suite, environment), indent=1) + "\n", "utf-8")
    (folder / "results.md").write_text(markdown(suite, environment), "utf-8")
    (folder / "scale.svg").write_text(plot(suite), "utf-8")


def _json_document(suite: Suite, environment: dict[str, str]) -> dict[str, Any]:
    results = [
        {
            **{
                name: getattr(result, name)
                for name in ("block", "what", "size", "job", "against", "bound", "asked", "met")
            },
            "ratio": result.ratio,
            "tools": {name: figures._asdict() for name, figures in result.tools.items()},
        }
        for result in suite.results
    ]
    checks = [{**check._asdict(), "met": check.met} for check in suite.checks]
    growth = {tool: {job: value for job, (_, value) in suite.growth(tool).items()} for tool in _COLOURS}
    return {"machine": environment, "results": results, "checks": checks, "growth": growth, "notes": suite.notes}


# Markdown


def markdown(suite: Suite, environment: dict[str, str]) -> str:
    """Return the tables of all results, checks and notes."""
    lines = ["# Measured", ""]
    lines += [f"- {name}: {value}" for name, value in environment.items()]
    lines += [f"- {note}" for note in suite.notes]
    lines += [
        "",
        "Medians of whole processes, with minimum and maximum; `ratio` is the median of the ratios of adjacent"
        " runs. A bound in brackets is given for another size."
        " Of other tools: their time, ours over theirs, their peak memory.",
    ]
    for block in dict.fromkeys(result.block for result in suite.results):
        lines += ["", f"## {block}", "", "| What | Commitments | Rows | Ours, ms | Against | ms | Ratio | Bound | Met |"
                  " Ours, peak MB | Other tools |", "|---|--:|--:|--:|---|--:|--:|--:|---|--:|---|"]  # fmt: skip
        lines += [_row(result) for result in suite.results if result.block == block]
    if suite.checks:
        lines += ["", "## Other bounds", "", "| What | Commitments | Value | Bound | Met |", "|---|--:|--:|--:|---|"]
        lines += [_check(check) for check in suite.checks]
    notes = [f"- {tool}, {job}: {why}" for (tool, job), why in peers.NOTES.items()] if suite.with_peers else []
    if notes:
        lines += ["", "## What other tools do instead", "", *notes]
    return "\n".join(lines) + "\n"


def _row(result: Result) -> str:
    ours, other = result.ours, result.tools[result.against]
    others = {name: figures for name, figures in list(result.tools.items())[1:] if name != result.against}
    other_tools = "; ".join(
        f"{name} {1000 * figures.wall:.0f} ms, ratio {figures.ratio:.2f}, {figures.peak:.0f} MB"
        for name, figures in others.items()
    )
    bound = "" if result.bound is None else f"{result.bound:g}" if result.asked else f"({result.bound:g})"
    cells = [
        f"`{result.what}`",
        f"{result.size:,}",
        "" if ours.rows is None else f"{ours.rows:,}",
        _times(ours),
        result.against,
        _times(other),
        f"{other.ratio:.2f} ({other.ratio_min:.2f} to {other.ratio_max:.2f})",
        bound,
        _met(result.met, result.asked),
        f"{ours.peak:.0f}",
        other_tools,
    ]
    return f"| {' | '.join(cells)} |"


def _times(figures: Figures) -> str:
    return f"{1000 * figures.wall:.0f} ({1000 * figures.wall_min:.0f} to {1000 * figures.wall_max:.0f})"


def _met(met: bool | None, asked: bool) -> str:
    word = "" if met is None else "yes" if met else "no"
    return word if asked or not word else f"({word})"


def _check(check: Check) -> str:
    unit = f" {check.unit}" if check.unit else ""
    bound = f"{check.bound:g}{unit}" if check.asked else f"({check.bound:g}{unit})"
    size = f"{check.size:,}" if check.size else "from 1,000"
    return f"| {check.what} | {size} | {check.value:.2f}{unit} | {bound} | {_met(check.met, check.asked)} |"


# The plot

_WIDTH, _HEIGHT, _LEFT, _TOP = 330, 300, 56, 64
_STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .name { font-weight: 600; font-size: 13px }
  .grid { stroke: #d1d9e0; stroke-width: 1 }
  .paper { fill: #ffffff }
  polyline { fill: none; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .grid { stroke: #3d444d } .paper { fill: #0d1117 }
    polyline, circle, .sign { filter: brightness(1.5) }
  }
"""


def plot(suite: Suite) -> str:
    """Return a plot of time against size for each job, both scales logarithmic, with one line for each tool.

    The legend shows the growth exponent of each tool.
    """
    growth = {tool: suite.growth(tool) for tool in _COLOURS}
    jobs = [job for job in _PANELS if any(job in growth_by_job for growth_by_job in growth.values())]
    rows = ceil(len(jobs) / 3) or 1
    height = rows * (_HEIGHT + 130) + 50
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {3 * (_WIDTH + 70) + 30} {height}" role="img"'
        ' aria-labelledby="title">',
        '<title id="title">Time of whole processes over the number of commitments, both scales logarithmic</title>',
        f'<style>{_STYLE}</style><rect class="paper" width="100%" height="100%"/>',
        '<text class="name" x="9" y="28">Seconds over commitments, logarithmic; the growth exponent in brackets</text>',
    ]
    for position, job in enumerate(jobs):
        x, y = position % 3 * (_WIDTH + 70) + _LEFT, position // 3 * (_HEIGHT + 130) + _TOP
        parts += [f'<g transform="translate({x} {y})">', *_panel(job, growth), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _panel(job: str, growth: dict[str, dict[str, tuple[list[tuple[int, float]], float]]]) -> list[str]:
    curves = {tool: growth_by_job[job] for tool, growth_by_job in growth.items() if job in growth_by_job}
    points = [point for line, _ in curves.values() for point in line]
    left, right = floor(log10(min(n for n, _ in points))), ceil(log10(max(n for n, _ in points)))
    low, high = floor(log10(min(t for _, t in points))), ceil(log10(max(t for _, t in points)))

    def across(n: float) -> float:
        return (log10(n) - left) / max(right - left, 1) * _WIDTH

    def down(t: float) -> float:
        return _HEIGHT - (log10(t) - low) / max(high - low, 1) * _HEIGHT

    parts = [f'<text class="name" x="0" y="-10">{escape(_PANELS[job])}</text>']
    for power in range(left, right + 1):
        at = across(10**power)
        parts.append(f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{_HEIGHT}"/>')
        parts.append(f'<text x="{at:.1f}" y="{_HEIGHT + 16}" text-anchor="middle">{10**power:,}</text>')
    for power in range(low, high + 1):
        at = down(10.0**power)
        parts.append(f'<line class="grid" x1="0" x2="{_WIDTH}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(f'<text x="-6" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for position, (tool, (line, power_)) in enumerate(curves.items()):
        colour, path = _COLOURS[tool], " ".join(f"{across(n):.1f},{down(t):.1f}" for n, t in line)
        parts.append(f'<polyline stroke="{colour}" points="{path}"/>')
        parts += [f'<circle fill="{colour}" r="3" cx="{across(n):.1f}" cy="{down(t):.1f}"/>' for n, t in line]
        at, under = position % 2 * 165, _HEIGHT + 40 + position // 2 * 18
        parts.append(f'<rect class="sign" fill="{colour}" x="{at}" y="{under - 9}" width="10" height="10"/>')
        parts.append(f'<text x="{at + 16}" y="{under}">{escape(tool)} ({power_:.2f})</text>')
    return parts
