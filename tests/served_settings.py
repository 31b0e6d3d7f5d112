"""Settings of a hub that tests start as processes of its own: the tests' settings, with folders they share."""

from tests.settings import *  # noqa: F403  the tests' settings, changed below
from tests.settings import RONGTONG_HOME

MEDIA_ROOT = RONGTONG_HOME / "files"
INDEX_ROOT = RONGTONG_HOME / "index"
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = RONGTONG_HOME / "mail"
DATABASES["default"]["CONN_MAX_AGE"] = 60  # noqa: F405  from the star import above
