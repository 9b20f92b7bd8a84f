"""What causes are called: every one, in both languages, and nothing that accuses."""

import re

from streams.core.causes import CAUSE_WORDS, RATE_BY_EVIDENCE, RATE_REPORTED, UNEXPLAINED
from streams.core.score import CAUSES

FORBIDDEN = re.compile(r"\b(gian lận|khống|ảo|giả|true rate|fraud|fake)\b", re.IGNORECASE)


def test_every_cause_has_words_in_both_languages() -> None:
    assert set(CAUSE_WORDS) == set(CAUSES)
    assert all(words.vi and words.en and words.vi != words.en for words in CAUSE_WORDS.values())


def test_no_word_accuses_and_the_rate_by_evidence_is_internal() -> None:
    all_words = [*CAUSE_WORDS.values(), RATE_BY_EVIDENCE, RATE_REPORTED, UNEXPLAINED]

    assert not [words for words in all_words if FORBIDDEN.search(f"{words.vi} {words.en}")]
    assert RATE_BY_EVIDENCE.vi == "tỷ lệ theo chứng cứ (nội bộ)"
    assert UNEXPLAINED.of("vi") == "chưa giải thích"
