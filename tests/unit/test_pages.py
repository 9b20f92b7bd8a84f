"""What a request for a list means, how its rows are written, and what the tables of lists must agree on."""

import socket
from datetime import UTC, datetime, timedelta, timezone

import pytest
from typer.testing import CliRunner

from streams.adapters.statements import load
from streams.cli import app
from streams.core.causes import Words
from streams.core.screen_words import CLASS_WORDS, OWNER_WORDS
from streams.pages import drawn
from streams.pages.archive import SQL
from streams.pages.asked import VALUES_MAX, Asked, Cursor, Refused, known, pairs, read
from streams.pages.drawn import title_of
from streams.pages.lists import COLUMNS, FILTERS, LISTS
from streams.pages.site import HEADERS
from streams.pages.told import csv_lines, day_and_time, number

# ["2026-01-01","a","b",0]: an instant without an offset.
NAIVE = "WyIyMDI2LTAxLTAxIiwiYSIsImIiLDBd"
# What PostgreSQL does not take.
NOW = datetime(2026, 1, 5, tzinfo=UTC)
BEYOND = (
    Cursor(NOW, "a\0", "b", 0), Cursor(NOW, "a", "\0", 0), Cursor(NOW, "a", "b", 2**31),
    Cursor(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), "a", "b", 0),
    Cursor(datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14))), "a", "b", 0),
)  # fmt: skip
BOTH_WORDS = Words("Ngày kết thúc thay đổi sau khi ghi nhận, cần giải trình", "")


def chosen(name: str, *query: tuple[str, str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return read(name, query).chosen


def test_every_list_has_a_statement_and_every_filter_a_column() -> None:
    assert load(SQL, "lists").keys() == LISTS.keys()
    assert COLUMNS.keys() == FILTERS.keys()
    for one in LISTS.values():
        assert {*one.by} <= FILTERS.keys()
        assert one.step is not None or "class" in one.by
    assert {name.removeprefix("valid_") for name in load(SQL, "asked") if name.startswith("valid_")} <= FILTERS.keys()


def test_conditions_speak_of_columns_that_their_list_has() -> None:
    statements = load(SQL, "lists")
    for name, one in LISTS.items():
        for by in one.by:
            column = one.column(by)
            bare = "accountable" if by == "party" else column
            assert column in one.condition(by, "$1")
            assert bare in statements[name], (name, by)


def test_values_are_keys_or_words_in_either_language() -> None:
    assert chosen("flags", ("class", "overdue")) == (("class", ("overdue",)),)
    assert chosen("flags", ("class", CLASS_WORDS["overdue"].vi)) == (("class", ("overdue",)),)
    assert chosen("flags", ("party", OWNER_WORDS["operator"].en)) == (("party", ("operator",)),)
    # Words of several classes stand for all of them, as a bar of that name does.
    assert chosen("flags", ("class", BOTH_WORDS.vi)) == (("class", ("backdated", "rewritten")),)
    assert chosen("waiting", ("stage", "a stage of new rules")) == (("stage", ("a stage of new rules",)),)


@pytest.mark.parametrize("everything", ["all", "All", "$__all", ""])
def test_what_was_not_chosen_at_the_head_of_a_dashboard_narrows_nothing(everything: str) -> None:
    assert chosen("flags", ("var-unit", everything), ("var-province", "a"), ("var-province", "none")) == (
        ("province", ("a", "none")),
    )
    assert chosen("flags", ("unit", "")) == (("unit", ("",)),)


def test_what_a_row_tells_and_what_was_chosen_must_both_hold() -> None:
    asked = chosen("flags", ("unit", "A"), ("var-unit", "B"), ("unit", "A"))

    assert asked == (("unit", ("A",)), ("unit", ("B",)))


@pytest.mark.parametrize(
    "name, query, status",
    [
        ("lists", (), 404),
        ("flags", (("from", "now-7d"),), 400),
        ("incidents", (("procedure", "card"),), 400),
        ("flags", (("class", "dead"),), 400),
        ("flags", (("class", ""),), 400),
        ("flags", (("lang", "fr"),), 400),
        ("flags", (("unit", "a\0"),), 400),
        ("flags", (("unit", "a" * 301),), 400),
        ("flags", (("unit", "a"),) * (VALUES_MAX + 1), 400),
        *(("flags", (("after", text),), 400) for text in ("=", "é", "WzFd", "bnVsbA", NAIVE)),
        *(("flags", (("after", cursor.text()),), 400) for cursor in BEYOND),
    ],
)
def test_what_cannot_be_asked_is_refused(name: str, query: tuple[tuple[str, str], ...], status: int) -> None:
    with pytest.raises(Refused) as refusal:
        read(name, query)

    assert refusal.value.status == status


def test_a_cursor_comes_back_as_it_went() -> None:
    cursor = Cursor(datetime(2026, 1, 5, 3, 4, 5, 678_901, UTC), "token-_", "flag", 3)

    assert read("flags", [("after", cursor.text())]).after == cursor


def test_a_list_is_asked_for_again_by_its_own_query() -> None:
    asked = read("flags", [("class", BOTH_WORDS.vi), ("var-unit", "A"), ("lang", "en")])

    assert read("flags", pairs(asked)) == asked._replace(language="vi")


def test_what_must_hold_twice_is_asked_for_twice_again() -> None:
    asked = read("flags", [("var-unit", "B"), ("var-unit", "C"), ("unit", "A")])

    assert asked.chosen == (("unit", ("A",)), ("unit", ("B", "C")))
    assert pairs(asked) == [("unit", "A"), ("var-unit", "B"), ("var-unit", "C")]
    assert read("flags", pairs(asked)) == asked
    # Without a unit, and with one: nobody; written the other way round the first would mean all.
    nobody = read("flags", [("var-unit", "B"), ("unit", "")])
    assert read("flags", pairs(nobody)) == nobody
    assert chosen("flags", ("unit", "A"), ("var-unit", "A")) == (("unit", ("A",)),)


def test_of_fields_of_a_form_those_left_blank_ask_nothing() -> None:
    assert chosen("flags", ("var-unit", ""), ("var-unit", "A")) == (("unit", ("A",)),)


def test_a_list_of_one_class_is_called_by_it() -> None:
    assert title_of(Asked("flags", (("class", ("hung",)),), "vi")) == CLASS_WORDS["hung"].vi
    assert title_of(Asked("flags", (("class", ("backdated", "rewritten")),), "vi")) == BOTH_WORDS.vi
    assert title_of(Asked("flags", (("class", ("hung", "overdue")),), "en")) == LISTS["flags"].title.en


def test_a_unit_above_known_ones_is_known() -> None:
    names = {"G01.801.002": "Đơn vị 2"}

    assert [known(names, one) for one in ("G01.801.002", "Đơn vị 2", "G01.801", "", "G01.8", "G02")] == [
        True, True, True, True, False, False,
    ]  # fmt: skip


def test_people_read_times_and_numbers_as_their_language_has_them() -> None:
    assert day_and_time("2026-01-05T15:04:00+07:00", "vi") == "05/01/2026 15:04"
    assert day_and_time("2026-01-05T15:04:00+07:00", "en") == "2026-01-05 15:04"
    # A day ends at 24:00.
    assert day_and_time("2026-01-06T00:00:00+07:00", "vi") == "05/01/2026 24:00"
    assert day_and_time(None, "vi") == ""
    assert (number(12345.5, "vi"), number(12345, "en")) == ("12.345,5", "12,345")


def test_a_spreadsheet_takes_no_cell_for_a_formula() -> None:
    """But for the token, which joins with that of JSON."""
    row = ["-_token", "=1+1", "-1+1", "@x", "a=b", None, True, -1]

    assert csv_lines([row]) == "-_token,'=1+1,'-1+1,'@x,a=b,,true,-1\r\n"


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = CliRunner().invoke(app, ["pages", "--port", str(taken.getsockname()[1])])

    assert done.exit_code == 2
    assert "cannot listen on 127.0.0.1" in done.output


def test_an_incident_counts_by_its_own_unit() -> None:
    here, near = LISTS["flags"], LISTS["incidents"]

    assert (here.column("unit"), near.column("unit"), near.column("party")) == (
        "unit", "scope", "split_part(accountable, ':', 1)",
    )  # fmt: skip


def test_the_icon_of_a_page_is_one_that_its_policy_allows() -> None:
    assert 'rel="icon" href="data:' in drawn.index("vi")
    assert "img-src 'self' data:;" in HEADERS["content-security-policy"]


@pytest.mark.parametrize("hosts", ["", "a b", "http://a", "a,", "a:80", "*"])
def test_names_of_hosts_are_names_alone(hosts: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_PAGES_HOSTS", hosts)
    done = CliRunner().invoke(app, ["pages", "--port", "0"])

    assert done.exit_code == 2
    assert "HOSO_PAGES_HOSTS" in done.output
