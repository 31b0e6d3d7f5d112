"""The tests' database: cloned from a template instead of migrated, for each process and each transactional test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import settings
from pytest_django import DjangoDbBlocker

from rongtong.hub.config.database import ROLE
from tests import database

# The same examples every time, so that a change is judged by itself; RONGTONG_EXAMPLES=new looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("RONGTONG_EXAMPLES", "same"))

SESSION = pytest.StashKey[ExitStack]()
TEMPLATE_VARIABLE = "RONGTONG_TEST_TEMPLATE"


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the cluster and build the template once, in the process that leads the others."""
    if hasattr(session.config, "workerinput") or session.config.option.collectonly:
        return
    keep = session.config.stash[SESSION] = ExitStack()
    cluster = keep.enter_context(database.own_cluster().in_use())
    os.environ[TEMPLATE_VARIABLE] = database.build_template(cluster)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    if SESSION in config.stash:
        config.stash[SESSION].close()


@pytest.fixture(autouse=True)
def the_hubs_own_language() -> Iterator[None]:
    """A page asked for in English leaves English behind in its thread; no test inherits that."""
    yield
    translation.activate(django_settings.LANGUAGE_CODE)


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Replaces pytest-django's: a copy of the template instead of migrations."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    template = os.environ[TEMPLATE_VARIABLE]
    cluster = database.own_cluster()
    with database.database_copy(cluster, template, worker) as name, django_db_blocker.unblock():
        connections["default"].close()
        connections["default"].settings_dict |= {"NAME": name, "HOST": str(cluster.sockets), "USER": ROLE}

        def start_anew(case: TransactionTestCase) -> None:
            # Django would empty every table, and with them the reference rows that migrations wrote.
            connections.close_all()
            database.renew(cluster, template, name)

        case: Any = TransactionTestCase  # the method is Django's own, and in no stub
        original = case._fixture_teardown
        case._fixture_teardown = start_anew
        yield
        case._fixture_teardown = original
        connections.close_all()
