"""Settings are understood or refused by name; nothing is guessed."""

from __future__ import annotations

import os
import re
import runpy
import secrets
import stat
from pathlib import Path
from typing import Any

import pytest

from rongtong.hub.config import environment, places
from rongtong.hub.config import settings as settings_module
from rongtong.hub.config.environment import ConfigurationError, Environment

SECRET_NAMES = [f"RONGTONG_SECRET_{purpose.upper()}" for purpose in places.SECRET_PURPOSES]


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment in which a production start is accepted."""
    for name in [name for name in os.environ if name.startswith("RONGTONG_") or name == "DATABASE_URL"]:
        monkeypatch.delenv(name)
    good = {
        "RONGTONG_PROFILE": "production",
        "RONGTONG_HOME": str(tmp_path),
        "RONGTONG_SITE_URL": "https://rongtong.example.cn",
        "RONGTONG_HOSTS": "rongtong.example.cn",
        "RONGTONG_PROXY_COUNT": "1",
        "RONGTONG_MAIL_FROM": "hub@rongtong.example.cn",
        **{name: secrets.token_urlsafe(48) for name in SECRET_NAMES},
    }
    for name, value in good.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def load() -> dict[str, Any]:
    return runpy.run_path(str(settings_module.__file__))


def refusals() -> dict[str, str]:
    with pytest.raises(ConfigurationError) as refused:
        load()
    assert all(f"  {name}: " in str(refused.value) for name in refused.value.faults)
    return refused.value.faults


def test_good_production_settings_are_accepted(production: pytest.MonkeyPatch) -> None:
    loaded = load()
    assert loaded["SESSION_COOKIE_NAME"] == "__Host-session"
    assert loaded["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert loaded["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1
    assert (loaded["DEBUG"], loaded["SESSION_COOKIE_SECURE"], loaded["CSRF_COOKIE_SECURE"]) == (False, True, True)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("RONGTONG_DEBUG", "1", "shows internals"),
        ("RONGTONG_DEBUG", "perhaps", "neither true nor false"),
        ("RONGTONG_SITE_URL", "http://rongtong.example.cn", "not https"),
        ("RONGTONG_SITE_URL", "rongtong.example.cn", "not an address"),
        ("RONGTONG_HOSTS", "*", "any host"),
        ("RONGTONG_HOSTS", ".example.cn", "any host"),
        ("RONGTONG_HOSTS", "", "missing"),
        ("RONGTONG_PROXY_COUNT", "", "missing"),
        ("RONGTONG_PROXY_COUNT", "-1", "outside 0 to 8"),
        ("RONGTONG_PROXY_COUNT", "two", "not a whole number"),
        ("RONGTONG_MAIL", "console", "sends nothing"),
        ("RONGTONG_MAIL", "file", "sends nothing"),
        ("RONGTONG_MAIL", "pigeon", "none of"),
        ("RONGTONG_MAIL_FROM", "", "missing"),
        ("RONGTONG_PROFILE", "produktion", "none of"),
        ("RONGTONG_SMTP_PORT", "70000", "outside 1 to 65535"),
        ("RONGTONG_OUTBOUND_CLEAR_TEXT", "1", "clear text"),
        ("RONGTONG_OUTBOUND_NETWORKS", "10.0.0.0/8, 127.0.0.1/32", "this machine itself"),
        ("RONGTONG_OUTBOUND_NETWORKS", "0.0.0.0/0", "this machine itself"),
        ("RONGTONG_OUTBOUND_NETWORKS", "10.0.0.5/8", "no network"),
    ],
)
def test_each_unsafe_value_is_refused_by_name(production: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    production.setenv(name, value)
    if name == "RONGTONG_PROFILE":  # then the rest is read as `local`, which wants no secrets
        for secret in SECRET_NAMES:
            production.setenv(secret, secrets.token_urlsafe(48))
    found = refusals()
    assert list(found) == [name]
    assert says in found[name]


@pytest.mark.parametrize("name", SECRET_NAMES)
@pytest.mark.parametrize(
    ("value", "says"),
    [("", "missing"), ("short", "has 5 characters; it needs 32"), ("ab" * 30, "can be guessed"),
     ("django-insecure-" + "k3q9z7x1" * 6, "can be guessed")],
)  # fmt: skip
def test_missing_short_and_guessable_secrets_are_refused(
    production: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    production.setenv(name, value)
    found = refusals()
    assert list(found) == [name]
    assert says in found[name]


def test_a_relative_home_is_refused(production: pytest.MonkeyPatch) -> None:
    production.setenv("RONGTONG_HOME", "relative/path")
    with pytest.raises(places.PlaceError, match="RONGTONG_HOME: 'relative/path' is not an absolute path"):
        load()


def test_equal_secrets_are_refused(production: pytest.MonkeyPatch) -> None:
    production.setenv(SECRET_NAMES[1], os.environ[SECRET_NAMES[0]])
    assert refusals() == {SECRET_NAMES[1]: f"equals {SECRET_NAMES[0]}; every purpose needs its own"}


def test_all_faults_are_told_at_once(production: pytest.MonkeyPatch) -> None:
    production.setenv("RONGTONG_DEBUG", "1")
    production.setenv("RONGTONG_HOSTS", "*")
    production.delenv(SECRET_NAMES[0])
    assert sorted(refusals()) == ["RONGTONG_DEBUG", "RONGTONG_HOSTS", SECRET_NAMES[0]]


def test_secret_from_a_file(production: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name, path = SECRET_NAMES[0], tmp_path / "secret"
    production.delenv(name)
    production.setenv(f"{name}_FILE", str(path))
    assert "cannot be read" in refusals()[f"{name}_FILE"]
    secret = secrets.token_urlsafe(48)
    path.write_text(f"{secret}\n")
    assert load()["SECRET_KEY"] == secret
    production.setenv(name, secrets.token_urlsafe(48))
    assert "given twice" in refusals()[name]


def test_local_secrets_are_made_once_for_their_owner_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RONGTONG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RONGTONG_PROFILE", "local")
    first, second = load()["SECRETS"], load()["SECRETS"]
    assert first == second
    assert len(set(first.values())) == len(places.SECRET_PURPOSES)
    files = sorted((tmp_path / "home/secrets").iterdir())
    assert [path.name for path in files] == sorted(places.SECRET_PURPOSES)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "home/secrets").stat().st_mode) == 0o700


def test_policy_has_no_unsafe_word_and_passwords_use_argon2() -> None:
    loaded = load()
    words = [word for values in loaded["CONTENT_SECURITY_POLICY"]["DIRECTIVES"].values() for word in values]
    assert not [word for word in words if "unsafe" in word or "*" in word or "nonce" in word]
    assert loaded["PASSWORD_HASHERS"] == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert loaded["DATABASES"]["default"]["OPTIONS"]["server_side_binding"] is True


def test_words_and_numbers() -> None:
    read = Environment({"HOSTS": "a.cn, b.cn ,", "N": "7"})
    assert read.words("HOSTS") == ["a.cn", "b.cn"]
    assert read.number("N", 1) == 7
    assert read.words("OTHER", ["x"]) == ["x"]
    assert read.faults == {}
    read.finish()
    assert environment.weakness(secrets.token_urlsafe(48)) is None


def test_every_variable_is_explained() -> None:
    root = Path(settings_module.__file__).parents[4]
    named = set(SECRET_NAMES)
    for folder in ("src", "tests/browser.py", "benchmarks", "scripts"):
        for path in [root / folder] if folder.endswith(".py") else (root / folder).rglob("*.py"):
            named |= set(re.findall(r"\"(RONGTONG_[A-Z_]+)\"", path.read_text(encoding="utf-8")))
    explained = set(re.findall(r"`(RONGTONG_[A-Z_]+)`", (root / "docs/settings.md").read_text(encoding="utf-8")))
    assert explained - named - {"RONGTONG_SECRET_SESSION_FILE"} == set()
    assert named - explained == set()
