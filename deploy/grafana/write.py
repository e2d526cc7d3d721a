"""The dashboards as Grafana reads them; `make generate` writes them."""

import re
from typing import Final

from grafana_foundation_sdk.builders import bargauge, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.builders.common import ReduceDataOptions
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import BarGaugeDisplayMode, VizOrientation
from grafana_foundation_sdk.models.dashboard import DashboardLinkType, DataSourceRef

from deploy.grafana.boards import BOARDS, Board, BoardFilter, Panel, PanelView, Query

SELECTOR: Final = 'job=~"$job"'
RANGE: Final = "$__rate_interval"

_SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${datasource}")
_WIDTH: Final = 12
_HEIGHT: Final = 8
_JOBS: Final = "label_values(claimscrub_claims_received_total, job)"
_ADDRESSES: Final = (("workbench", "Workbench", "http://127.0.0.1:8837"), ("repository", "Repository", ""))
"""Text boxes: where `claimscrub serve` explains edits, and what comes before the path of a runbook."""
_EDIT: Final = re.compile(r"by \((?:[a-z_]+, )*((?:shadow_)?edit)\b")


def written(board: Board) -> str:
    """Return a dashboard as Grafana reads it."""
    builder = (
        dashboard.Dashboard(board.title)
        .uid(board.uid)
        .description(board.meaning)
        .tags(["claimscrub"])
        .time("now-1h", "now")
        .refresh("30s")
        .readonly()
        .link(
            dashboard.DashboardLink("claimscrub")
            .type(DashboardLinkType.DASHBOARDS)
            .tags(["claimscrub"])
            .as_dropdown(as_dropdown=True)
        )
        .with_variable(dashboard.DatasourceVariable("datasource").type("prometheus").label("Prometheus"))
        .with_variable(_choice("job", _JOBS))
    )
    for each, metric in board.filters:
        builder = builder.with_variable(_choice(each.value, f"label_values({metric}{{{SELECTOR}}}, {each})"))
    for name, label, address in _ADDRESSES:
        builder = builder.with_variable(dashboard.TextBoxVariable(name).label(label).default_value(address))
    for number, panel in enumerate(board.panels, start=1):
        builder = builder.with_panel(_panel(panel).id(number))
    return JSONEncoder(sort_keys=True, indent=2).encode(builder.build()) + "\n"


def _choice(name: str, query: str) -> dashboard.QueryVariable:
    variable = dashboard.QueryVariable(name).label(name.capitalize()).datasource(_SOURCE).query(query)
    return variable.multi(multi=True).include_all(include_all=True).all_value(".+")


def _panel(panel: Panel) -> timeseries.Panel | stat.Panel | bargauge.Panel:
    made: timeseries.Panel | stat.Panel | bargauge.Panel
    if panel.view is PanelView.LINES:
        made = timeseries.Panel().fill_opacity(8).min(0)
    elif panel.view is PanelView.NUMBER:
        made = stat.Panel()
    else:
        made = (
            bargauge.Panel()
            .orientation(VizOrientation.HORIZONTAL)
            .display_mode(BarGaugeDisplayMode.BASIC)
            .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
        )
    made = made.title(panel.title).description(panel.meaning).unit(panel.unit).datasource(_SOURCE)
    made = made.span(_WIDTH).height(_HEIGHT)
    if panel.runbook:
        made = made.links([_link("Runbook", f"${{repository}}/deploy/runbooks/{panel.runbook}.md")])
    label = next((found[1] for query in panel.queries if (found := _EDIT.search(query.expr))), None)
    if label is not None:
        edit = f"${{__field.labels.{label}}}"
        made = made.data_links([_link(f"What {edit} looks for", f"${{workbench}}/edits/{edit}")])
    for place, query in enumerate(panel.queries):
        made = made.with_target(_target(query, chr(ord("A") + place), panel.view))
    return made


def _link(title: str, url: str) -> dashboard.DashboardLink:
    return dashboard.DashboardLink(title).type(DashboardLinkType.LINK).url(url).target_blank(target_blank=True)


def _target(query: Query, name: str, view: PanelView) -> prometheus.Dataquery:
    target = (
        prometheus.Dataquery().ref_id(name).expr(expression(query, SELECTOR, RANGE, "$")).legend_format(query.legend)
    )
    if "end_to_end_seconds" in query.expr:
        target = target.exemplar(exemplar=True)
    return target.range() if view is PanelView.LINES else target.instant()


def expression(query: Query, selector: str, span: str, chosen: str = "") -> str:
    """Return a query's PromQL with jobs, payers, edits and range filled in.

    Payers and edits are those of the board's variables where `chosen` is what Grafana puts before a name; else all.
    """
    filled = query.expr.replace("$J", selector).replace("$R", span)
    for sign, each in (("$P", BoardFilter.PAYER), ("$E", BoardFilter.EDIT)):
        filled = filled.replace(sign, f'{each}=~"{chosen}{each}"' if chosen else f'{each}=~".+"')
    return filled


def dashboards() -> dict[str, str]:
    """Return the text of every dashboard by the name of its file."""
    return {f"{board.uid}.json": written(board) for board in BOARDS}
