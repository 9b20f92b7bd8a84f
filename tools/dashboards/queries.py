"""What panels ask: PostgreSQL by the queries that `hoso watch` asks too, and Prometheus."""

from collections.abc import Mapping
from functools import cache

from streams.sinks.pictures import pictures
from tools.dashboards.words import VALUES

# Filled in by Grafana. Of unit and procedure *all* is a value of its own, so that what has none counts too.
HERE = (
    "${unit:sqlstring} IN ('all', unit) AND ${procedure:sqlstring} IN ('all', procedure) AND "
    "coalesce(unit, '') IN (SELECT unit FROM unit_places WHERE province IN (${province:sqlstring}) "
    "UNION ALL SELECT '' WHERE 'none' IN (${province:sqlstring}))"
)
# An incident may be that of a unit above, of which no case tells.
NEAR = "${unit:sqlstring} IN ('all', unit) AND coalesce(province_of(unit), 'none') IN (${province:sqlstring})"
ALL = "'all'"
PAGES_ADDRESS = "SELECT address FROM page_settings"
# Without a format Grafana writes several values as a pattern in a string of Prometheus. For one value that may be all
# there are patterns of their own, made by PostgreSQL.
IN_PROVINCE = 'province=~"$province"'
OF_UNIT = f'{IN_PROVINCE}, unit=~"$unit_pattern"'
OF_PROCEDURE = f'{IN_PROVINCE}, procedure=~"$procedure_pattern"'


def pattern(name: str) -> str:
    """The query of a variable `NAME_pattern`: what matches the choice of the variable of that name."""
    chosen = f"${{{name}:sqlstring}}"
    return f"SELECT CASE {chosen} WHEN 'all' THEN '.*' ELSE replace({chosen}, '.', '[.]') END"


@cache
def sql(language: str) -> Mapping[str, str]:
    """The queries of PostgreSQL by name."""
    asked = {"here": HERE, "near": NEAR, "period": "${period:sqlstring}", "one_unit": "${unit:sqlstring} <> 'all'"}
    return pictures(language, asked, VALUES)


# By the name of the panel: expressions, each with what a series is called.
PROMETHEUS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "complete_up_to": (("min(hoso_sources_complete_timestamp_seconds) * 1000", ""),),
    "sources_silent": (('sum(max by (state) (hoso_sources{state=~"silent|suspended"}))', ""),),
    "overdue_trend": ((f"sum by (accountable) (hoso_overdue_cases{{{OF_UNIT}}})", "{{accountable}}"),),
    "falsely_open_trend": ((f"sum by (accountable) (hoso_falsely_open_cases{{{OF_UNIT}}})", "{{accountable}}"),),
    "allowance": ((f"sort(max by (unit_name) (hoso_late_allowance_cases{{{OF_UNIT}}}))", "{{unit_name}}"),),
    "stages_heat": ((f"sum by (stage) (hoso_cases_open{{{OF_PROCEDURE}}})", "{{stage}}"),),
    "incident_trend": ((f"sum by (class) (hoso_incident_cases{{{OF_UNIT}}})", "{{class}}"),),
    "alerts": (('count by (alertname, severity) (ALERTS{alertstate="firing"})', "{{alertname}}"),),
    "sources_up_to": (("sort(max by (source) (hoso_sources_complete_timestamp_seconds) * 1000)", "{{source}}"),),
    "sources_silence": (("sort_desc(max by (source) (hoso_source_silent_office_seconds))", "{{source}}"),),
    "sources_states": (("max by (state) (hoso_sources)", "{{state}}"),),
    "lag_seconds": (("max by (topic) (hoso_lag_seconds)", "{{topic}}"),),
    "lag_records": (("sum by (topic) (hoso_lag_records)", "{{topic}}"),),
    "lateness": tuple(
        (f"histogram_quantile({share}, sum by (le) (rate(hoso_judgement_lateness_seconds_bucket[5m])))", name)
        for share, name in ((0.5, "p50"), (0.99, "p99"))
    ),
    "forwarded": (("sum by (topic) (rate(hoso_events_forwarded_total[5m]))", "{{topic}}"),),
    "dead_letters": (("sum by (topic, reason) (increase(hoso_dead_letters_total[1h])) > 0", "{{topic}}: {{reason}}"),),
    "restarts": (("changes(hoso_process_start_time_seconds[1h])", "{{worker}}"),),
    "commit": (
        ("histogram_quantile(0.99, sum by (le, role) (rate(hoso_chunk_commit_seconds_bucket[5m])))", "{{role}}"),
    ),
    "stuck": (("sum(hoso_stuck)", ""),),
    "recovering": (("sum(hoso_recovering)", ""),),
    "archive_up": (("min(hoso_archive_up)", ""),),
    "figures_age": (("time() - min(hoso_figures_timestamp_seconds)", ""),),
    "rows": (("sum(hoso_table_rows)", ""),),
}
