"""The dashboards as Grafana reads them; `make generate` writes them."""

from typing import Final

from grafana_foundation_sdk.builders import bargauge, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.builders.common import ReduceDataOptions
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import BarGaugeDisplayMode, VizOrientation
from grafana_foundation_sdk.models.dashboard import DashboardLinkType, DataSourceRef

from deploy.grafana.boards import BOARDS, Board, Panel, PanelView, Query

SELECTOR: Final = 'job=~"$job"'
RANGE: Final = "$__rate_interval"

_SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${datasource}")
_WIDTH: Final = 12
_HEIGHT: Final = 8
_JOBS: Final = "label_values(claimscrub_claims_received_total, job)"


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
        .with_variable(
            dashboard.QueryVariable("job")
            .label("Job")
            .datasource(_SOURCE)
            .query(_JOBS)
            .multi(multi=True)
            .include_all(include_all=True)
            .all_value(".+")
        )
    )
    for number, panel in enumerate(board.panels, start=1):
        builder = builder.with_panel(_panel(panel).id(number))
    return JSONEncoder(sort_keys=True, indent=2).encode(builder.build()) + "\n"


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
    for place, query in enumerate(panel.queries):
        made = made.with_target(_target(query, chr(ord("A") + place), panel.view))
    return made


def _target(query: Query, name: str, view: PanelView) -> prometheus.Dataquery:
    target = prometheus.Dataquery().ref_id(name).expr(expression(query, SELECTOR, RANGE)).legend_format(query.legend)
    if "end_to_end_seconds" in query.expr:
        target = target.exemplar(exemplar=True)
    return target.range() if view is PanelView.LINES else target.instant()


def expression(query: Query, selector: str, span: str) -> str:
    """Return a query's PromQL with the jobs and the range filled in."""
    return query.expr.replace("$J", selector).replace("$R", span)


def dashboards() -> dict[str, str]:
    """Return the text of every dashboard by the name of its file."""
    return {f"{board.uid}.json": written(board) for board in BOARDS}
