"""Ids, secrets, references, codes."""

from hypothesis import given
from hypothesis import strategies as st

from shared.tokens import REFERENCE_SYMBOLS, hash_secret, new_code, new_id, new_secret, public_reference


def test_ids_are_version_seven_and_sort_by_time() -> None:
    ids = [new_id() for _ in range(200)]
    assert {i.version for i in ids} == {7}
    assert sorted(i.int >> 80 for i in ids) == [i.int >> 80 for i in ids]


@given(st.integers(0, 30**6 - 1), st.integers(0, 30**6 - 1))
def test_two_numbers_never_share_a_reference(a: int, b: int) -> None:
    assert (public_reference("Q", a) == public_reference("Q", b)) == (a == b)


@given(st.integers(0, 30**6 - 1))
def test_a_reference_has_no_look_alikes(number: int) -> None:
    prefix, _, symbols = public_reference("R", number).partition("-")
    assert (prefix, len(symbols)) == ("R", 6)
    assert set(symbols) <= set(REFERENCE_SYMBOLS)
    assert not set(symbols) & set("0O1ILU")


def test_secrets_are_long_and_different() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert {len(secret) for secret in secrets} == {26}


def test_a_hash_takes_whatever_was_typed() -> None:
    assert len(hash_secret("\ud800 lone")) == 32


def test_codes_have_six_digits() -> None:
    assert all(len(new_code()) == 6 for _ in range(100))
