"""Identifiers: every digit counts, and every refusal says how to go on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from rongtong.hub.foundation.errors import Invalid
from rongtong.hub.organisations.enums import IdentifierScheme
from rongtong.hub.organisations.identifiers import (
    credit_code,
    identifier,
    lei_code,
    make_credit_code,
    region_of,
    register_number,
)

REAL = "91110000600037341L"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def code_of(call, value: str) -> str:
    with pytest.raises(Invalid) as refusal:
        call(value)
    (fault,) = refusal.value.faults
    assert fault.field == "identifier" and str(fault.message).endswith("。")
    return fault.code


def test_a_real_code_passes_however_it_is_written() -> None:
    for written in (
        REAL,
        REAL.lower(),
        " 9111 0000 6000 3734 1L ",
        "９１１１００００６０００３７３４１Ｌ",
        "91110000-60003734-1L",
    ):
        assert credit_code(written) == REAL


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "credit_code.empty"), ("110000600037341", "credit_code.old"), ("9111000060003734", "credit_code.length"),
        ("9111000060003734IL", "credit_code.letters"), ("0111000060003734AL", "credit_code.form"),
        ("91A10000600037341L", "credit_code.form"), ("91110000600037341K", "credit_code.check"),
    ],
)  # fmt: skip
def test_each_fault_of_a_credit_code_has_its_own_answer(value: str, code: str) -> None:
    assert code_of(credit_code, value) == code


@given(st.integers(8, 17), st.sampled_from(ALPHABET))
def test_any_single_slip_is_noticed(place: int, letter: str) -> None:
    changed = REAL[:place] + letter + REAL[place + 1 :]
    if changed == REAL:
        assert credit_code(changed) == REAL
    else:
        assert code_of(credit_code, changed) == "credit_code.check"


@given(st.integers(0, 10**8 - 1), st.sampled_from(["990102", "990121", "110000"]), st.sampled_from(["91", "12", "52"]))
def test_made_codes_are_valid_distinct_and_carry_the_region(serial: int, region: str, first: str) -> None:
    made = make_credit_code(region, serial, first)
    assert uscc.is_valid(made) and credit_code(made) == made and region_of(made) == region
    assert made != make_credit_code(region, (serial + 1) % 10**8, first)


def test_a_made_code_has_the_organisation_number_of_the_standard() -> None:
    # GB 11714's own worked example: body D2143569 has the check digit X. Here a plain number, computed by hand:
    # 1*3 + 2*7 + 3*9 + 4*10 + 5*5 + 6*8 + 7*4 + 8*2 = 201, 201 mod 11 = 3, 11 - 3 = 8.
    assert make_credit_code("990102", 12345678)[8:17] == "123456788"


def test_no_code_for_an_impossible_serial() -> None:
    for region, serial in (("9901", 1), ("990102", -1), ("990102", 10**8)):
        with pytest.raises(ValueError, match="no credit code"):
            make_credit_code(region, serial)


def test_lei_and_register_numbers() -> None:
    assert lei_code("2138 00ku d8la jwsq 9d15") == "213800KUD8LAJWSQ9D15"
    assert code_of(lei_code, "213800KUD8LAJWSQ9D16") == "lei.check"
    assert code_of(lei_code, "213800KUD8") == "lei.form"
    assert register_number("hrb  12345 b") == "HRB 12345 B"
    assert code_of(register_number, "x") == "register.form"
    assert code_of(register_number, "HRB<script>") == "register.form"


def test_the_scheme_must_fit_the_country() -> None:
    assert identifier(IdentifierScheme.CREDIT_CODE, REAL) == REAL
    for scheme, country in ((IdentifierScheme.CREDIT_CODE, "DE"), (IdentifierScheme.LEI, "CN"), ("other", "CN")):
        with pytest.raises(Invalid) as refusal:
            identifier(scheme, REAL, country)
        assert refusal.value.faults[0].field == "scheme"
