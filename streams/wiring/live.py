"""A simulated district through a running deployment: the flags that Kafka and PostgreSQL have of it in the end, beside
those of the same core in memory and those that the oracle expects.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from schemas.topics import FLAGS
from streams.adapters.kafka import KafkaReader
from streams.clock import monotonic_seconds
from streams.core.instants import utc_text
from streams.pipeline.tokens import token_of
from streams.settings import Settings
from streams.sinks.postgres import PostgresArchive
from streams.wiring.confusion import Flag
from streams.wiring.deployment import dead_letters, wait_settled
from streams.wiring.evaluation import Advance, Evaluation, Played, beside, expectation, judged_in_memory
from streams.wiring.held import HeldFlags
from streams.wiring.playing import play_to_topics


class LiveRun(NamedTuple):
    """What a deployment made of a district.

    `told_seconds` until the last tick stood in the log, `settled_seconds` more until all was judged and archived.
    `only_live` and `only_in_memory` are flags, with when they were first told, that one of the two ways to judge has
    and the other has not; `unlike_archive` counts flags that differ between hoso.flags and PostgreSQL.
    `faults` tells, by case, what the plan knows to have gone wrong in it.
    """

    ticks: int
    told_seconds: float
    settled_seconds: float
    dead_letters: int
    flags: int
    unlike_archive: int
    only_live: list[Flag]
    only_in_memory: list[Flag]
    live: Evaluation
    in_memory: Evaluation
    faults: Mapping[str, Sequence[str]]

    @property
    def is_same(self) -> bool:
        """Whether the deployment says just what the core says in memory, everywhere."""
        apart = self.only_live or self.only_in_memory
        return not (self.dead_letters or self.unlike_archive or apart)

    def differences(self) -> list[dict[str, Any]]:
        """Every difference from what follows from all that was told: whether it is the same in memory, and what went
        wrong in its case."""
        known = self.in_memory.told.differences
        return [
            each.as_json() | {"in_memory": each in known, "faults": list(self.faults[each.flag.case])}
            for each in self.live.told.differences
        ]


def judge_live(
    played: Played, tick_seconds: int, settings: Settings, settle_seconds: float, advance: Advance
) -> LiveRun:
    """Play a district into a deployment whose workers run, and compare what it says in the end.

    Raises what `play_to_topics` raises, and NotSettled.
    """
    begun = monotonic_seconds()
    sent = play_to_topics(played.history, played.until, tick_seconds, None, settings, advance)
    told = monotonic_seconds()
    asyncio.run(wait_settled(settings, utc_text(sent.last), settle_seconds))
    settled = monotonic_seconds()
    held, archived = asyncio.run(_read(settings))
    live = held.standing(_codes(played, settings))
    in_memory = judged_in_memory(played, tick_seconds, advance)
    due = expectation(played, advance)
    return LiveRun(
        sent.ticks,
        told - begun,
        settled - told,
        len(dead_letters(settings)),
        len(live),
        len(set(held.bodies.values()) ^ archived),
        *_apart(live, in_memory),
        beside(played, live, due),
        beside(played, in_memory, due),
        {case.truth.case: case.truth.faults for case in played.cases},
    )


async def _read(settings: Settings) -> tuple[HeldFlags, set[bytes]]:
    """The newest version of each flag: of the topic, and of the archive."""
    reader, topic, held = KafkaReader(settings.kafka), settings.topic(FLAGS), HeldFlags()
    for partition, end in sorted((await reader.end_offsets(topic)).items()):
        async for records in reader.read(topic, partition, 0, end):
            for record in records:
                if record.value is not None:
                    held.take(record.value, record.headers)
    archive = PostgresArchive(settings.database, settings.prefix)
    return held, {body async for body in archive.read_flags()}


def _codes(played: Played, settings: Settings) -> Mapping[str, str]:
    """The code of each token, which only whoever has the key can tell."""
    assert settings.token_key is not None, "without the key of the tokens no flag has a case"
    key = settings.token_key.get_secret_value().encode()
    return {token_of(key, f"dossier:{case.truth.case}"): case.truth.case for case in played.cases}


def _apart(live: Iterable[Flag], in_memory: Iterable[Flag]) -> tuple[list[Flag], list[Flag]]:
    one, other = set(live), set(in_memory)
    return sorted(one - other, key=_order), sorted(other - one, key=_order)


def _order(flag: Flag) -> tuple[str, str, str]:
    return flag.case, flag.flag_class, flag.since.isoformat()
