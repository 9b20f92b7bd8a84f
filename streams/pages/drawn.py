"""HTML out of what is told: templates, and links between pages, all relative so that a proxy may put them anywhere."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from streams.core.case_words import PROCEDURES
from streams.core.causes import Words
from streams.core.screen_words import CLASS_WORDS
from streams.pages.archive import Page
from streams.pages.asked import GRAFANA, LANGUAGES, Asked, pairs
from streams.pages.lists import FILTERS, LISTS
from streams.pages.told import day_and_time, number, told
from streams.pages.words import WORDS

HERE = Path(__file__).parent
# What the form of a list asks for.
FIELDS = ("unit", "procedure")
CSS = (HERE / "static" / "pages.css").read_text(encoding="utf-8")

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)  # fmt: skip


def list_page(asked: Asked, page: Page) -> str:
    """A page of a list."""
    language = asked.language
    at = page.judged.at
    return _drawn(
        "list.html", language, "../", _href(asked, lang=_other(language)),
        title=title_of(asked), of=asked.list, page=page, chips=_chips(asked),
        rows=[told(row, asked.list, page.judged, language) for row in page.rows],
        judged=None if at is None else at.astimezone(page.judged.zone).isoformat(),
        first=None if asked.after is None else _href(asked),
        next=None if page.next is None else _href(asked, after=page.next.text()),
        csv=_href(asked, ".csv"), json=_href(asked, ".json"), form=asked.name,
        kept=[(key, value) for key, value in pairs(asked) if key.removeprefix(GRAFANA) not in FIELDS]
        + [("lang", language)],
        units=_field(asked, "unit"), procedures=_field(asked, "procedure") if "procedure" in asked.list.by else [],
        procedure_words=PROCEDURES,
    )  # fmt: skip


def _field(asked: Asked, name: str) -> Sequence[str]:
    """What stands in a field of the form, one for each value, which replaces what was chosen. Of two conditions it is
    that of the row, which is the narrower."""
    values = next((told for chosen, told in asked.chosen if chosen == name), ())
    return [value for value in values if value] or [""]


def index(language: str) -> str:
    """All lists, and those of each class."""
    links = [(f"lists/{name}{_query([], language)}", one.title, one.tells) for name, one in LISTS.items()]
    # Two classes may bear the same words.
    named: dict[str, list[tuple[str, str]]] = {}
    for name, words in CLASS_WORDS.items():
        named.setdefault(words.of(language), []).append(("class", name))
    classes = [(f"lists/flags{_query(keys, language)}", text) for text, keys in named.items()]
    return _drawn("index.html", language, "", f"?lang={_other(language)}", links=links, classes=classes)


def trouble(language: str, root: str, what: Words, step: Words | None, valid: Sequence[str]) -> str:
    """Why there is no page, and what would be right or is to be done."""
    return _drawn("trouble.html", language, root, None, what=what, step=step, valid=valid)


def title_of(asked: Asked) -> str:
    """The words of the class where the list is of one."""
    classes = [value for name, values in asked.chosen if name == "class" for value in values]
    words = {CLASS_WORDS[name].of(asked.language) for name in classes}
    return words.pop() if len(words) == 1 and asked.name == "flags" else asked.list.title.of(asked.language)


def _drawn(template: str, language: str, root: str, twin: str | None, **values: Any) -> str:
    def say(words: Words | str) -> str:
        return (WORDS[words] if isinstance(words, str) else words).of(language)

    return _templates.get_template(template).render(
        lang=language, root=root, twin=twin, say=say, home=f"{root or './'}{_query([], language)}",
        moment=lambda text: day_and_time(text, language), count=lambda value: number(value, language), **values,
    )  # fmt: skip


def _chips(asked: Asked) -> list[Mapping[str, str]]:
    """What the list is narrowed to, each with a link to the list without it."""
    found: list[Mapping[str, str]] = []
    for place, (name, values) in enumerate(asked.chosen):
        words = FILTERS[name].words
        shown = [words[value].of(asked.language) if value in words else value for value in values]
        rest = asked._replace(chosen=asked.chosen[:place] + asked.chosen[place + 1 :])
        nothing = WORDS["nothing"].of(asked.language)
        found.append(
            {
                "label": FILTERS[name].label.of(asked.language),
                "values": ", ".join(dict.fromkeys(one or nothing for one in shown)),
                "href": _href(rest),
            }
        )
    return found


def _href(asked: Asked, form: str = "", **changed: str) -> str:
    language = changed.pop("lang", asked.language)
    return f"{asked.name}{form}{_query([*pairs(asked), *changed.items()], language)}"


def _query(told_pairs: Sequence[tuple[str, str]], language: str) -> str:
    asked = [*told_pairs, *((("lang", language),) if language != LANGUAGES[0] else ())]
    return f"?{urlencode(asked)}" if asked else ""


def _other(language: str) -> str:
    return next(one for one in LANGUAGES if one != language)
