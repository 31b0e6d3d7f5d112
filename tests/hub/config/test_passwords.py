"""Which passwords are refused."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "password_too_short"),
        ("x7#Kp" * 26, "password_too_long"),
        ("1234567890123", "password_too_common"),
        ("Rongtong2026!", "password_own_words"),
        ("融通融通融通123456", "password_own_words"),
        ("admin-welcome-99", "password_own_words"),
    ],
)
def test_refused(password: str, code: str) -> None:
    assert code in faults(password)


@pytest.mark.parametrize("password", ["correct horse battery", "减速机壳体 2026 春", "rongtong steel river lamp"])
def test_accepted(password: str) -> None:
    assert faults(password) == []


def faults(password: str) -> list[str]:
    try:
        validate_password(password)
    except ValidationError as refused:
        return [str(error.code) for error in refused.error_list]
    return []
