"""`hoso pages` as a process over a real PostgreSQL that the sink filled with a simulated district: page by page, as CSV
and JSON, refused, without the database, stopped."""

import asyncio
import csv
import io
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, aclosing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg
import pytest
from starlette.types import Message

from streams.adapters.database import DatabaseAway
from streams.core.wording import WORDING
from streams.pages.archive import AS_READER, DOWNLOADS_MAX, PAGE_ROWS, Archive
from streams.pages.asked import Cursor, read
from streams.pages.lists import LISTS
from streams.pages.site import HEADERS, build
from streams.simulator.district import load_district
from streams.simulator.plan import in_order, plan
from tests.acceptance.deployments import until
from tests.pages_served import Pages, command, served
from tests.played import AT, DISTRICT, SEED

pytestmark = pytest.mark.services

AHEAD = timezone(timedelta(hours=14))
NOWHERE = "postgresql://hoso@127.0.0.1:9/hoso"
READING = "SELECT FROM pg_stat_activity WHERE application_name = 'hoso pages' AND state = 'idle in transaction'"
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


@pytest.fixture(scope="module")
def pages(played: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with served(played, tmp_path_factory.mktemp("pages")) as answering:
        yield answering


def all_pages(pages: Pages, asked: str) -> list[dict[str, Any]]:
    """The rows of all pages, one after the other; each tells the same total."""
    first = pages.get(asked).json
    told, following = list(first["rows"]), first["next"]
    while following is not None:
        page = pages.get(f"{asked}{'&' if '?' in asked else '?'}after={following}").json
        assert page["total"] == first["total"]
        told += page["rows"]
        following = page["next"]
    assert len(told) == first["total"]
    return told


def key(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["since"], row["case"], row["class"], row["leg"], row["accountable"]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_told_alike_as_pages_csv_and_json(pages: Pages, name: str) -> None:
    told = all_pages(pages, f"lists/{name}.json")

    raw = pages.get(f"lists/{name}.csv")
    lines = list(csv.DictReader(io.StringIO(raw.body.decode("utf-8-sig"))))
    assert raw.body.startswith(b"\xef\xbb\xbf")
    assert f'filename="{name}.csv"' in raw.headers["content-disposition"]
    assert [line["case"] for line in lines] == [row["case"] for row in told]
    assert [{key: one.removeprefix("'") for key, one in line.items()} for line in lines] == [
        {
            key: "" if one is None else str(one).lower() if isinstance(one, bool) else str(one)
            for key, one in row.items()
        }
        for row in told
    ]
    assert [key(row)[:2] for row in told] == sorted(key(row)[:2] for row in told)
    page = pages.get(f"lists/{name}")
    assert all(f'<code title="{row["case"]}">' in page.text for row in told[:PAGE_ROWS])


def test_pages_together_are_the_list_once_while_others_write(pages: Pages, played: str) -> None:
    """Rows that come in meanwhile shift nothing: none is told twice, and none that was there is missing."""
    before = {key(row) for row in all_pages(pages, "lists/flags.json")}
    first = pages.get("lists/flags.json").json
    assert first["next"] is not None
    with psycopg.connect(played) as writer:
        writer.execute(
            "CREATE TEMP TABLE more AS SELECT * FROM flags WHERE state = 'raised' ORDER BY since_at LIMIT 40"
        )
        writer.execute("UPDATE more SET flag_id = md5(flag_id), case_token = 'before-' || left(md5(flag_id), 15)")
        writer.execute("INSERT INTO flags SELECT * FROM more")
    try:
        after = pages.get(f"lists/flags.json?after={first['next']}").json
        assert after["total"] == first["total"] + 40
        told = [key(row) for row in (*first["rows"], *after["rows"])]
    finally:
        with psycopg.connect(played) as writer:
            writer.execute("DELETE FROM flags WHERE case_token LIKE 'before-%'")

    assert len(told) == len(set(told))
    assert before <= set(told)


def test_a_case_of_several_flags_is_told_as_one_case_of_several_rows(pages: Pages) -> None:
    told = pages.get("lists/flags.json").json

    assert told["total"] > told["cases"] == len({row["case"] for row in all_pages(pages, "lists/flags.json")})
    assert f"của {told['cases']} hồ sơ" in pages.get("lists/flags").text


def test_json_is_told_to_who_takes_it(pages: Pages) -> None:
    told = pages.get("lists/waiting", accept="application/json")

    assert told.headers["content-type"] == "application/json"
    assert told.json == pages.get("lists/waiting.json").json


def test_a_row_says_what_who_since_when_and_what_to_do(pages: Pages) -> None:
    [row, *_] = pages.get("lists/flags.json?class=overdue").json["rows"]

    assert TOKEN.fullmatch(row["case"])
    assert row["class_words"] == WORDING["overdue"]
    assert row["unit_name"].startswith("Đơn vị ")
    assert row["accountable_words"]
    assert row["reported_words"] == "Đang xử lý"
    assert row["days"] == pytest.approx((AT - datetime.fromisoformat(row["since"])).total_seconds() / 86_400, abs=0.05)
    assert "xin lỗi" in row["next_step"]
    assert "letter of apology" in pages.get("lists/flags?class=overdue&lang=en").text


def test_all_is_what_grafana_writes_for_it_and_nothing_is_that_which_has_none(pages: Pages) -> None:
    everything = pages.get("lists/flags.json").json["total"]

    for nothing_chosen in ("all", "$__all", "All", ""):
        asked = f"lists/flags.json?var-unit={nothing_chosen}&var-procedure=all&var-province=%24__all"
        assert pages.get(asked).json["total"] == everything
    assert pages.get("lists/flags.json?unit=").json["total"] == 0
    by_code = pages.get("lists/flags.json?unit=G01.801.002").json
    assert by_code == pages.get("lists/flags.json?unit=%C4%90%C6%A1n%20v%E1%BB%8B%202").json
    assert 0 < by_code["total"] < everything
    both = pages.get("lists/flags.json?unit=G01.801.002&unit=G01.801.003").json
    assert by_code["total"] < both["total"] < everything


@pytest.mark.parametrize(
    "asked, status, valid",
    [
        ("lists/all", 404, "open_reported"),
        ("lists/flags?class=late", 400, "falsely_late"),
        ("lists/flags?unit=G99", 404, "G01.801.002"),
        ("lists/flags?procedure=passport", 404, "card"),
        ("lists/flags?province=Atlantis", 404, "Thành phố Hà Nội"),
        ("lists/flags?stage=print", 400, "accountable"),
        ("lists/waiting?owner=me", 400, "citizen"),
        ("lists/flags?lang=fr", 400, "en"),
        ("lists/flags?after=x", 400, None),
        ("lists/flags?after=WyIyMDI2IiwxLDIsM10", 400, None),
        (f"lists/flags?after={Cursor(datetime(2026, 1, 5, tzinfo=UTC), chr(0), '', 0).text()}", 400, None),
        (f"lists/flags?after={Cursor(datetime(1, 1, 1, tzinfo=AHEAD), '', '', 0).text()}", 400, None),
        ("lists/flags?unit=%00", 400, None),
        (f"lists/flags?unit={'x' * 400}", 400, None),
        ("cases/7", 404, None),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(pages: Pages, asked: str, status: int, valid: str | None) -> None:
    page = pages.get(asked)

    assert page.status == status
    assert page.headers["content-type"].startswith("text/html")
    assert valid is None or f"<code>{valid}</code>" in page.text
    told = pages.get(asked, accept="application/json")
    assert (told.status, told.headers["content-type"]) == (status, "application/json")
    assert valid is None or valid in told.json["valid"]
    if ".csv" not in asked and asked.startswith("lists/flags?"):
        assert pages.get(asked.replace("flags?", "flags.csv?")).status == status


def test_what_must_hold_twice_holds_wherever_a_page_leads(pages: Pages) -> None:
    """A unit of a row and another at the head of the dashboard: there is no such case."""
    asked = "unit=G01.801.002&var-unit=G01.801.003"
    links = re.findall(r'href="(flags[^"]*)"', pages.get(f"lists/flags?{asked}").text)
    twin, csv_link, json_link = (next(one for one in links if kind in one) for kind in ("lang=en", ".csv", ".json"))

    assert pages.get(f"lists/{json_link.replace('&amp;', '&')}").json["total"] == 0
    assert pages.get(f"lists/{csv_link.replace('&amp;', '&')}").text.count("\n") == 1
    assert '<data id="total" value="0">' in pages.get(f"lists/{twin.replace('&amp;', '&')}").text


def test_the_form_replaces_the_unit_and_keeps_the_rest(pages: Pages) -> None:
    page = pages.get("lists/flags?unit=G01.801.002&class=overdue&procedure=card").text
    sent = re.findall(r'<input [^>]*name="([^"]+)" value="([^"]*)"', page)

    assert dict(sent) == {"class": "overdue", "lang": "vi", "var-unit": "G01.801.002"}
    assert '<option value="card" selected>' in page
    both = pages.get("lists/flags?unit=G01.801.002&var-unit=G01.801.002&var-unit=G01.801.003").text
    assert re.findall(r'name="(?:var-)?unit" value="([^"]*)"', both) == ["G01.801.002"]


def test_who_calls_it_by_another_name_reads_nothing(pages: Pages) -> None:
    """As a page elsewhere does whose own name leads here."""
    for path in ("lists/flags.json", "lists/flags", ""):
        answer = pages.get(path, host="elsewhere.example")
        assert answer.status == 400
        assert "HOSO_PAGES_HOSTS" in answer.text
        assert "judged_up_to" not in answer.text
    for host in ("localhost:1", "LOCALHOST", "127.0.0.1"):
        assert pages.get("lists/flags.json", host=host).status == 200


def test_a_proxy_may_call_it_by_its_own_name(played: str, tmp_path: Path) -> None:
    with served(played, tmp_path, HOSO_PAGES_HOSTS="hoso.example.vn,localhost") as pages:
        assert pages.get("lists/flags.json", host="hoso.example.vn").status == 200
        # It answers at this address, whatever is set.
        assert pages.get("lists/flags.json").status == 200
        assert pages.get("lists/flags.json", host="example.vn").status == 400


def test_nothing_is_written(pages: Pages) -> None:
    for method in ("POST", "PUT", "DELETE"):
        answer = pages.get("lists/flags", method=method)
        assert answer.status == 405
        assert answer.headers["allow"]
    assert pages.get("lists/flags", method="HEAD").status == 200


def test_what_others_wrote_is_text_and_no_markup(pages: Pages, played: str) -> None:
    planted = """<script>alert('x')</script>"&"""
    with psycopg.connect(played) as writer:
        writer.execute("UPDATE unit_names SET name = %s WHERE unit = 'G01.801.002'", [planted])
    try:
        page = pages.get("lists/flags?unit=G01.801.002").text
        refused = pages.get("lists/flags?unit=%3Cscript%3Ealert(1)%3C/script%3E").text
    finally:
        with psycopg.connect(played) as writer:
            writer.execute("UPDATE unit_names SET name = 'Đơn vị 2' WHERE unit = 'G01.801.002'")

    assert "&lt;script&gt;alert(&#39;x&#39;)" in page
    assert "<script" not in page
    assert "<script" not in refused


@pytest.mark.parametrize("asked", ["", "lists/flags", "lists/flags.csv", "lists/flags.json", "lists/x", "pages.css"])
def test_every_answer_keeps_to_itself(pages: Pages, asked: str) -> None:
    headers = pages.get(asked).headers

    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert "server" not in headers


def test_nothing_but_tokens_is_told(pages: Pages) -> None:
    """Neither a code of a dossier that was played, nor what has its form, nor the number of a person."""
    history = in_order(list(plan(load_district(DISTRICT), SEED, None)))
    codes = {str(told.event["subject"]).partition(":")[2] for told in history}
    assert len(codes) > 100
    told = "".join(pages.get(f"lists/{name}{form}").text for name in LISTS for form in (".csv", ".json", ""))

    assert not [code for code in codes if len(code) > 8 and code in told]
    assert not re.search(r"\b[A-Z]\d\d\.\d{3}\.\d{3}-\d{6}-\d+", told)
    assert not re.search(r"(?<![\w-])\d{12}(?![\w-])", told)


def test_links_of_a_page_lead_on(pages: Pages) -> None:
    start = pages.get("lists/flags?class=falsely_pending&lang=en").text

    for href in re.findall(r'href="([^"]+)"', start):
        path = href.replace("&amp;", "&")
        if not path.startswith("data:"):
            where = path.removeprefix("../") if path.startswith("../") else f"lists/{path}"
            assert pages.get(where).status == 200, where


def test_the_index_leads_to_every_list_in_both_languages(pages: Pages) -> None:
    for language in ("vi", "en"):
        links = re.findall(r'href="(lists/[^"]+)"', pages.get(f"?lang={language}").text)
        assert {re.split(r"[/?]", link)[1] for link in links} == set(LISTS)
        assert all(pages.get(link.replace("&amp;", "&")).status == 200 for link in links)


def test_without_the_database_it_says_so_and_what_to_do_until_it_is_interrupted(tmp_path: Path) -> None:
    with served(NOWHERE, tmp_path) as away:
        page, told = away.get("lists/flags?lang=en"), away.get("lists/flags.json")
        csv_page = away.get("lists/flags.csv")

        assert (page.status, told.status, csv_page.status) == (503, 503, 503)
        assert "Try again in some minutes" in page.text
        assert "127.0.0.1" not in page.text
        assert told.json["step"]
        assert away.get("").status == 200
        away.process.send_signal(signal.SIGINT)
        assert away.process.wait(20) == 0
    assert "the database does not answer" in away.log.read_text()
    assert "Traceback" not in away.log.read_text()


def test_a_database_that_ends_what_it_is_asked_is_away_for_that_page_alone(pages: Pages, played: str) -> None:
    with psycopg.connect(played, autocommit=True) as admin, psycopg.connect(played) as holder:
        # The page waits for the lock, is ended by the server, and the next one is answered.
        holder.execute("LOCK TABLE flags")
        with ThreadPoolExecutor(1) as reader:
            page = reader.submit(pages.get, "lists/flags")
            ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
            ended += "application_name = 'hoso pages'"
            until(lambda: admin.execute(ended).fetchone() == (1,), "the page waits")
            assert page.result().status == 503
    assert pages.get("lists/flags").status == 200


def test_downloads_that_nobody_takes_keep_no_page_waiting_and_are_broken_off(pages: Pages, played: str) -> None:
    with psycopg.connect(played) as writer:
        writer.execute("CREATE TEMP TABLE more AS SELECT * FROM flags WHERE state = 'raised' LIMIT 1")
        writer.execute(
            "INSERT INTO flags (SELECT (jsonb_populate_record(more, jsonb_build_object("
            "'flag_id', 'many-' || n, 'case_token', 'many-' || n))).* FROM more, generate_series(1, 40000) AS n)"
        )
    host, port = pages.address.removeprefix("http://").split(":")
    with ExitStack() as stalled:
        for _ in range(DOWNLOADS_MAX):
            asking = stalled.enter_context(socket.socket())
            asking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            asking.connect((host, int(port)))
            asking.sendall(b"GET /lists/flags.csv HTTP/1.1\r\nhost: localhost\r\n\r\n")
            assert asking.recv(12) == b"HTTP/1.1 200"
        try:
            busy = pages.get("lists/flags.csv?lang=en")
            assert (busy.status, busy.headers["retry-after"]) == (503, "30")
            assert "Too many are looking or downloading" in busy.text
            assert pages.get("lists/flags").status == 200
            until(lambda: pages.get("lists/waiting.csv").status == 200, "what nobody takes is broken off")
            assert "nothing of it was taken" in pages.log.read_text()
        finally:
            with psycopg.connect(played) as writer:
                writer.execute("DELETE FROM flags WHERE case_token LIKE 'many-%'")


async def test_who_goes_away_lets_go_of_the_database_at_once(played: str) -> None:
    site = build(Archive(played), ["localhost"])
    scope = {
        "type": "http", "method": "GET", "path": "/lists/flags.csv", "query_string": b"",
        "headers": [(b"host", b"localhost")], "asgi": {"spec_version": "2.3"},
    }  # fmt: skip
    begun = asyncio.Event()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            begun.set()
            await asyncio.Event().wait()

    async def receive() -> Message:
        await begun.wait()
        return {"type": "http.disconnect"}

    await asyncio.wait_for(site(scope, receive, send), 15)

    with psycopg.connect(played, autocommit=True) as admin:
        until(lambda: admin.execute(READING).fetchone() is None, "its connection is gone", 5)


async def test_a_database_that_does_not_answer_in_time_is_away(played: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.pages.archive.COMMAND_SECONDS_MAX", 0.5)
    with psycopg.connect(played) as holder:
        holder.execute("LOCK TABLE flags")
        with pytest.raises(DatabaseAway):
            await asyncio.wait_for(Archive(played).page(read("flags", [])), 15)


async def test_the_database_ends_a_snapshot_that_rests(played: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.pages.archive.READ_ROWS", 10)
    assert AS_READER["idle_in_transaction_session_timeout"] == "60s"
    monkeypatch.setitem(AS_READER, "idle_in_transaction_session_timeout", "200ms")
    async with aclosing(Archive(played).everything(read("flags", []))) as rows:
        await anext(rows)
        with psycopg.connect(played, autocommit=True) as admin:
            until(lambda: admin.execute(READING).fetchone() is None, "its connection is gone", 15)
        with pytest.raises(DatabaseAway):
            [row async for row in rows]


def test_a_database_that_was_not_migrated_is_refused_at_once(database: str) -> None:
    words, environment = command(database, "--port", "0")
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 2
    assert "migrate it first" in done.stderr
    assert "Traceback" not in done.stderr


def test_told_to_stop_it_ends_in_order_and_its_log_tells_nothing_that_was_asked(played: str, tmp_path: Path) -> None:
    with served(played, tmp_path) as pages:
        [row, *_] = pages.get("lists/flags.json?unit=G01.801.002").json["rows"]
        pages.get("lists/flags?unit=G99")
        pages.process.send_signal(signal.SIGTERM)

        assert pages.process.wait(20) == 0
    said = pages.log.read_text()
    assert "pages answer on http://127.0.0.1" in said
    assert not [secret for secret in (row["case"], "G01.801", "G99", "lists/", "Traceback") if secret in said]
