"""What breakdowns share: bars of several parts, and the tiles with their totals."""

from collections.abc import Mapping
from typing import Any

from worker.analysis.page import PageChart


def tile(name: str, of: str | int, words: str, kind: str = "") -> dict[str, str | int]:
    """Return a total for the head of a page.

    Args:
        name: What it is called.
        of: `all`, `marked`, `alone`, or the number of a part.
        words: What is said below; `{claims}` and `{share}` (of the dollars of all) are filled in.
        kind: How it is colored: `held`, `rejected`, `pended` or not.
    """
    return {"name": name, "of": of, "words": words, "kind": kind}


def encoding_of(colors: Mapping[str, str]) -> dict[str, Any]:  # any JSON object
    """Return how the parts of bars are colored, ordered and explained; those that are not chosen are faded."""
    return {
        "color": {
            "field": "part",
            "type": "nominal",
            "scale": {"domain": list(colors), "range": list(colors.values())},
            "legend": {"orient": "top", "title": None},
        },
        "order": {"field": "order", "type": "quantitative"},
        "opacity": {"condition": {"test": "datum.faded", "value": 0.25}, "value": 1},
        "tooltip": [
            {"field": "label", "type": "nominal", "title": "name"},
            {"field": "part", "type": "nominal", "title": "part"},
            {"field": "dollars", "type": "quantitative", "title": "dollars", "format": "$,.2f"},
        ],
    }


def stacked(description: str, colors: Mapping[str, str]) -> PageChart:
    """Return bars that the browser fills, one for each value, of parts with these colors."""
    spec = {
        "data": {"name": "rows"},
        "width": "container",
        "height": {"step": 24},
        "mark": {"type": "bar"},
        "encoding": {
            "y": {
                "field": "label",
                "type": "nominal",
                "sort": None,
                "axis": {"title": None, "labelLimit": 260, "domain": False, "ticks": False},
            },
            "x": {"field": "dollars", "type": "quantitative", "axis": {"title": None, "format": "$~s", "tickCount": 5}},
            **encoding_of(colors),
        },
    }
    return PageChart(spec, description)
