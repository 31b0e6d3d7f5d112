"""What a production start refuses, by name and with the cure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from rongtong.hub.config.environment import Environment, weakness
from rongtong.hub.config.places import SECRET_PURPOSES, local_secret

#: This machine itself, and the networks in which clouds hand out credentials.
NEVER_OPENED = tuple(ip_network(one) for one in ("127.0.0.0/8", "169.254.0.0/16", "::1/128", "fe80::/10"))


def secret_name(purpose: str) -> str:
    """The variable that holds the secret for `purpose`."""
    return f"RONGTONG_SECRET_{purpose.upper()}"


def secrets_for(profile: str, environment: Environment) -> dict[str, str]:
    """One secret for each purpose: from the environment; in `local` made once; in `test` fixed.

    Weak, missing or equal secrets are noted as faults of `environment`.
    """
    if profile == "test":
        return {purpose: hashlib.sha256(f"test {purpose}".encode()).hexdigest() for purpose in SECRET_PURPOSES}
    found: dict[str, str] = {}
    for purpose in SECRET_PURPOSES:
        name = secret_name(purpose)
        secret = environment.secret(name)
        if not secret and profile == "local" and name not in environment.faults:
            secret = local_secret(purpose)
        fault = weakness(secret)
        if fault:
            environment.refuse(name, fault)
        twin = next((other for other, value in found.items() if value == secret and secret), None)
        if twin:
            environment.refuse(name, f"equals {secret_name(twin)}; every purpose needs its own")
        found[purpose] = secret
    return found


def refuse_unsafe(environment: Environment, settings: Mapping[str, Any]) -> None:
    """Note every setting that is unsafe in production as a fault of `environment`."""
    if settings["DEBUG"]:
        environment.refuse("RONGTONG_DEBUG", "shows internals to everybody; unset it")
    if not settings["SITE_URL"].startswith("https://"):
        environment.refuse("RONGTONG_SITE_URL", f"'{settings['SITE_URL']}' is not https; give the public address")
    hosts = settings["ALLOWED_HOSTS"]
    if not environment.given("RONGTONG_HOSTS"):
        environment.refuse("RONGTONG_HOSTS", "is missing; name the host of RONGTONG_SITE_URL")
    elif any(host == "*" or host.startswith(".") for host in hosts):
        environment.refuse("RONGTONG_HOSTS", "accepts any host; name each host in full")
    if not environment.given("RONGTONG_PROXY_COUNT"):
        environment.refuse("RONGTONG_PROXY_COUNT", "is missing; say how many proxies stand in front (0 for none)")
    if settings["EMAIL_BACKEND"].endswith(("console.EmailBackend", "filebased.EmailBackend")):
        environment.refuse("RONGTONG_MAIL", "sends nothing; set it to smtp")
    if not environment.given("RONGTONG_MAIL_FROM"):
        environment.refuse("RONGTONG_MAIL_FROM", "is missing; give the address that mail comes from")
    if settings["OUTBOUND_CLEAR_TEXT"]:
        environment.refuse("RONGTONG_OUTBOUND_CLEAR_TEXT", "sends what is signed in clear text; unset it")
    if any(ip_network(one).overlaps(own) for one in settings["OUTBOUND_NETWORKS"] for own in NEVER_OPENED):
        environment.refuse("RONGTONG_OUTBOUND_NETWORKS", "opens this machine itself or a cloud's metadata; name others")
    if "LocMem" in settings["CACHES"]["default"]["BACKEND"]:
        environment.refuse("CACHES", "limits would be counted in each process apart; use a shared cache")
