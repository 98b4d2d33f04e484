"""Spellings of country names: a contact's country is free text, while a rule holds a country code."""

from functools import lru_cache

from app.platform.text.comparing import fold_case

_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl")
_ALSO = {
    "AE": "UAE",
    "BA": "Bosnia",
    "CD": "DR Congo",
    "CI": "Ivory Coast",
    "CZ": "Czech Republic",
    "DE": "GER|BRD|Bundesrepublik Deutschland|Federal Republic of Germany",
    "GB": "UK|U.K.|Great Britain|Britain|England|Scotland|Wales|Northern Ireland",
    "IE": "Republic of Ireland",
    "KR": "Korea|Republic of Korea",
    "MK": "Macedonia",
    "NL": "Holland|The Netherlands",
    "RU": "Russian Federation",
    "TR": "Turkey|Türkiye",
    "US": "USA|U.S.|U.S.A.|United States of America|The United States|America",
}


@lru_cache(maxsize=512)
def spellings_of(code: str) -> tuple[str, ...]:
    """Return the spellings of a country (ISO 3166 code), case-folded: the codes of two and three letters, its
    names in seven languages and its official ones, and common short forms."""
    from babel.core import get_global
    from babel.languages import get_official_languages

    code = code.upper()
    names = {code, *_ALSO.get(code, "").split("|")}
    for language in (*_LANGUAGES, *get_official_languages(code, de_facto=True)):
        names.add(_names_in(language).get(code, ""))
    names.update(
        old for old, new in get_global("territory_aliases").items() if len(old) == 3 and new == [code]
    )
    return tuple(sorted({fold_case(name) for name in names if name}))


@lru_cache(maxsize=64)
def _names_in(language: str) -> dict[str, str]:
    from babel import Locale, UnknownLocaleError

    try:
        return {code: str(name) for code, name in Locale.parse(language).territories.items()}
    except (UnknownLocaleError, ValueError):
        return {}
