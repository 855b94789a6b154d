"""What somebody typed into the search, taken apart."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inquiry_service.domain.search_terms import search_terms, sender_words
from shared.errors import Invalid


def test_plain_words_are_searched_as_they_are_and_the_last_may_be_half_typed() -> None:
    terms = search_terms('part-time  "hospital referral" exter')
    assert (terms.words, terms.beginning) == ('part-time "hospital referral"', "exter")


def test_a_quoted_or_hyphenated_end_is_no_beginning() -> None:
    assert search_terms('Effat "part time"').beginning == ""
    assert search_terms("Q-7F3K2M") == search_terms("  Q-7F3K2M ")
    assert search_terms("Q-7F3K2M").words == "Q-7F3K2M"


def test_operators_stand_anywhere_and_in_any_case() -> None:
    terms = search_terms(
        "From:Ana job STATUS:Open program:MAT before:2026-11-01 after:2026-10-01 has:attachment"
    )
    assert (terms.words, terms.beginning) == ("", "job")
    assert terms.senders == ("ana",)
    assert (terms.status, terms.program, terms.has_files) == ("open", "mat", True)
    assert (terms.before, terms.after) == (date(2026, 11, 1), date(2026, 10, 2))


def test_what_is_no_operator_is_a_word() -> None:
    assert search_terms("http://example.com -spam re:offer").words == "http://example.com -spam re:offer"


@pytest.mark.parametrize("typed", ["(555) 010-0142", "555 010 0142", "+1 555-010-0142"])
def test_a_number_is_looked_for_by_its_digits(typed: str) -> None:
    assert search_terms(typed).phone_digits == "5550100142"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("before:yesterday", "before:2026-11-01"),
        ("after:9999-12-31", "after:2026-11-01"),
        ("status:angry", "new, open, waiting"),
        ("has:cake", "has:attachment"),
        ("is:late", "is:mine"),
        ("from:!!", "a name or an address"),
    ],
)
def test_an_operator_that_cannot_be_is_said(typed: str, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        search_terms(typed)
    assert says in str(refused.value.fields["q"][0] % refused.value.fields["q"][0].values)


def test_an_address_is_looked_for_by_how_it_begins() -> None:
    assert sender_words(("ana.maria@example.com", "ruiz")) == "ana:* & ruiz:*"


@given(st.text(max_size=80))
def test_whatever_is_typed_is_terms_or_a_refusal_about_q(typed: str) -> None:
    with suppress(AboutTheSearch), _told():
        assert not set(search_terms(typed).beginning) & set("&|!():*<>' ")


class AboutTheSearch(Exception):
    """A refusal that names the field of the search, and no other."""


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except Invalid as refused:
        if list(refused.fields) == ["q"]:
            raise AboutTheSearch from refused
        raise
