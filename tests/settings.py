"""Settings of the tests: the product's own, with fixed secrets, a test cluster and nothing written beside it."""

import os
import tempfile
from pathlib import Path

os.environ["RONGTONG_PROFILE"] = "test"

from rongtong.hub.config.settings import *  # noqa: F403  these settings are the product's, changed below
from rongtong.hub.config.settings import DATABASES

_FOLDER = Path(tempfile.gettempdir()) / f"rongtong-tests-{os.getuid()}-{os.getpid()}"
MEDIA_ROOT = _FOLDER / "files"
INDEX_ROOT = _FOLDER / "index"
STATIC_ROOT = _FOLDER / "static"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
STRICT_TEMPLATES = True
PASSWORD_HASHERS = ["tests.hashing.QuickArgon2PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
DATABASES["default"]["CONN_MAX_AGE"] = 0
