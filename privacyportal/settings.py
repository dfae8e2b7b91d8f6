"""Settings, all from the environment; `.env.example` lists every variable.

Outside DEBUG nothing that is secret has a default: a missing secret stops the process, and all
that are missing are named at once.
"""

from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

DEBUG = env.bool("DEBUG", default=False)

# --- Secrets -----------------------------------------------------------------------------------
REQUIRED = ("SECRET_KEY", "MASTER_KEYS", "DATABASE_URL", "REDIS_URL")
missing = [name for name in REQUIRED if not env.str(name, default="")]
if missing:
    raise ImproperlyConfigured(
        f"Set {', '.join(missing)} in the environment (.env.example explains each). "
        "`make run` sets them by itself."
    )

SECRET_KEY = env.str("SECRET_KEY")
# "id:base64 of 32 bytes,…": the first wraps, all unwrap.
MASTER_KEYS: list[str] = env.list("MASTER_KEYS")

# --- Where things are --------------------------------------------------------------------------
STATE_DIR = Path(env.str("STATE", default=str(BASE_DIR / "var"))).resolve()
PORTAL_URL = env.str("PORTAL_URL", default="http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]
ROOT_URLCONF = "privacyportal.urls"
WSGI_APPLICATION = "privacyportal.wsgi.application"
APPEND_SLASH = False

DATABASES = {
    "default": env.dj_db_url(
        "DATABASE_URL", conn_max_age=env.int("DATABASE_CONN_MAX_AGE", default=60)
    )
}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# A transaction that is left open (a dead network, a hung thread) must not hold back vacuum. Pages
# are on solid state or in memory: with the default cost, sets of a few hundred ids scan tables.
DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
    "-c idle_in_transaction_session_timeout=60000 -c lock_timeout=30000"
    " -c random_page_cost=1.1 -c jit=off"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "privacyportal.cache.FailOpenRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}

# --- Applications ------------------------------------------------------------------------------
INSTALLED_APPS = [
    "privacyportal.organizations",
    "privacyportal.keys",
    "privacyportal.audit",
    "privacyportal.api",
    "jobs",
    "consent",
    "pgtrigger",
    "django_htmx",
    "csp",
    "django_structlog",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "privacyportal.adminapp.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "privacyportal.api.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "privacyportal.api.middleware.LogMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "privacyportal.organizations.middleware.MembershipMiddleware",
    "privacyportal.organizations.middleware.LanguageMiddleware",
    "privacyportal.organizations.middleware.SecondFactorMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "privacyportal.organizations.context.portal",
                "jobs.views.request_undo.undo",
            ],
            "builtins": [
                "privacyportal.icons",
                "privacyportal.times",
                "privacyportal.api.wording",
                "jobs.views.due",
            ],
        },
    }
]

# --- Signing in --------------------------------------------------------------------------------
AUTH_USER_MODEL = "organizations.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ["email", "name"]}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "privacyportal.organizations.adapters.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": env.str("LOGIN_FAILED_LIMIT", default="10/m/ip,5/5m/key"),
}
OPERATOR_SECOND_FACTOR = env.bool("OPERATOR_SECOND_FACTOR", default=True)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "privacyportal.organizations.adapters.MFAAdapter"
MFA_TOTP_ISSUER = "Privacy portal"
MFA_TOTP_TOLERANCE = 1  # the code before and after: people type slowly, phones go wrong
SESSION_ENGINE = "privacyportal.organizations.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True

# --- Mail (resets, disabled webhooks) ----------------------------------------------------------
if env.str("EMAIL_URL", default=""):
    vars().update(env.dj_email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "privacyportal.mailbox.nowhere.EmailBackend"
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="Privacy portal <portal@localhost>")
# Domains that this server may send for, and the organization whose domain it is; "": anybody's.
MAIL_SENDER_DOMAINS = {
    domain.strip().lower(): owner.strip()
    for domain, _, owner in (
        one.partition("=") for one in env.list("MAIL_SENDER_DOMAINS", default=[], subcast=str)
    )
}

# --- Over the wire -----------------------------------------------------------------------------
HTTPS = PORTAL_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = False  # the proxy in front does it; behind it the API must not redirect
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024  # contract §3
# All rows of a long list selected; a mapping of 500 tables with 40 columns each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 22_000
API_BODY_LIMIT = 20 * 1024 * 1024
# Limits of programs; 0 turns one off.
API_JOBS_PER_DAY = env.int("API_JOBS_PER_DAY", default=20_000)  # of an organization, GMT
API_RATE_PER_MINUTE = env.int("API_RATE_PER_MINUTE", default=1200)  # calls of a credential
API_TOKENS_PER_MINUTE = env.int("API_TOKENS_PER_MINUTE", default=60)  # of a client id

# Seconds in which a person who submitted a request in the portal may take it back; 0: never.
PORTAL_UNDO_SECONDS = env.float("PORTAL_UNDO_SECONDS", default=10.0)

# --- Language and time -------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("sv", "Svenska")]
LOCALE_PATHS = [BASE_DIR / "privacyportal" / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = "privacyportal.formats"
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files ------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(STATE_DIR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Celery: wakes only ------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "work"
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "visibility_timeout": 3600,
    # A wake is sent with one try: else kombu waits four seconds for a broker that is away.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "connect_retries_timeout": 0.5,
}
CELERY_TASK_ROUTES = {
    "jobs.sweep": {"queue": "sweep"},
    "jobs.keep_house": {"queue": "sweep"},
    "jobs.publish": {"queue": "sweep"},
    "jobs.count": {"queue": "count"},
    "jobs.deliver": {"queue": "deliver"},
    "jobs.watch_webhooks": {"queue": "deliver"},
}

# --- The engine (jobs.engine) ------------------------------------------------------------------
ENGINE_BATCH_SIZE = env.int("ENGINE_BATCH_SIZE", default=1000)  # responses in one claim
ENGINE_LEASE_SECONDS = env.float("ENGINE_LEASE_SECONDS", default=30.0)
ENGINE_BATCH_SECONDS = env.float("ENGINE_BATCH_SECONDS", default=300.0)  # a lease's last renewal
ENGINE_TURN_SECONDS = env.float("ENGINE_TURN_SECONDS", default=10.0)
ENGINE_GRACE_SECONDS = env.float("ENGINE_GRACE_SECONDS", default=60.0)  # then a hung worker dies
ENGINE_SWEEP_SECONDS = env.float("ENGINE_SWEEP_SECONDS", default=1.0)
# Seconds before each further try of a person's failure; after the last one it is an error.
ENGINE_RETRY_SECONDS = env.list("ENGINE_RETRY_SECONDS", subcast=float, default=[30, 120, 600, 3600])
# Seconds that an unavailable product is left alone: first, and at most (doubling).
ENGINE_BACKOFF_SECONDS = env.list("ENGINE_BACKOFF_SECONDS", subcast=float, default=[2, 300])
ENGINE_MAX_LEASE_LOSSES = env.int("ENGINE_MAX_LEASE_LOSSES", default=10)
ENGINE_PENDING_DAYS = env.int("ENGINE_PENDING_DAYS", default=30)
ENGINE_FAULT = env.str("ENGINE_FAULT", default="")  # tests only: where a worker kills itself
CELERY_TASK_TIME_LIMIT = ENGINE_BATCH_SECONDS + ENGINE_TURN_SECONDS + ENGINE_GRACE_SECONDS
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "jobs.sweep",
        "schedule": ENGINE_SWEEP_SECONDS,
        "options": {"queue": "sweep", "expires": 10},
    },
    "make_jobs_of_consent": {
        "task": "consent.make_jobs",
        "schedule": ENGINE_SWEEP_SECONDS,
        "options": {"expires": 10},
    },
    "uploads": {
        "task": "jobs.uploads",
        "schedule": ENGINE_SWEEP_SECONDS,
        "options": {"expires": 10},
    },
    "retries": {
        "task": "jobs.retries",
        "schedule": ENGINE_SWEEP_SECONDS,
        "options": {"expires": 10},
    },
    "keep_house": {"task": "jobs.keep_house", "schedule": 60.0, "options": {"expires": 60}},
    "publish": {
        "task": "jobs.publish",
        "schedule": ENGINE_SWEEP_SECONDS,
        "options": {"queue": "sweep", "expires": 10},
    },
    # Each wakes one process; what has become due again is found without a wake of its own.
    "deliver": {
        "task": "jobs.deliver",
        "schedule": ENGINE_SWEEP_SECONDS,
        "options": {"queue": "deliver", "expires": 10},
    },
    "watch_products": {
        "task": "jobs.watch_products",
        "schedule": 60.0,
        "options": {"queue": "sweep", "expires": 60},
    },
    "watch_tasks": {
        "task": "jobs.watch_tasks",
        "schedule": 60.0,
        "options": {"queue": "sweep", "expires": 60},
    },
    "watch_webhooks": {
        "task": "jobs.watch_webhooks",
        "schedule": 30.0,
        "options": {"queue": "deliver", "expires": 30},
    },
}

# --- Events and webhooks (jobs.events) ---------------------------------------------------------
EVENT_DAYS = env.int("EVENT_DAYS", default=7)  # in the journal
WEBHOOK_SECONDS = env.float("WEBHOOK_SECONDS", default=10.0)  # for one whole exchange
WEBHOOK_HOURS = env.float("WEBHOOK_HOURS", default=24.0)  # a delivery's last try
# Minutes before each further try; the last one again and again.
WEBHOOK_RETRY_MINUTES = env.list("WEBHOOK_RETRY_MINUTES", subcast=float, default=[1, 2, 4, 8, 15])
WEBHOOK_AT_ONCE = env.int("WEBHOOK_AT_ONCE", default=8)  # requests in flight to one receiver
WEBHOOK_THREADS = env.int("WEBHOOK_THREADS", default=32)  # in flight of one process
SIGNING_KEY_DAYS = env.int("SIGNING_KEY_DAYS", default=180)  # then it is replaced

# --- Outbound HTTP (privacyportal.outbound) ----------------------------------------------------
# host, host:port or network (CIDR) that may be called although it is private.
OUTBOUND_PRIVATE_HOSTS: list[str] = env.list("OUTBOUND_PRIVATE_HOSTS", default=[])
OUTBOUND_ALLOW_HTTP = env.bool("OUTBOUND_ALLOW_HTTP", default=False)
OUTBOUND_ALLOW_LOOPBACK = env.bool("OUTBOUND_ALLOW_LOOPBACK", default=False)
OUTBOUND_CA_FILE = env.str("OUTBOUND_CA_FILE", default="")

# --- Watching over the installation ------------------------------------------------------------
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # for /metrics; empty: from this machine only

# --- Packages and products ---------------------------------------------------------------------
PACKAGE_DIR = Path(env.str("PACKAGE_DIR", default=str(STATE_DIR / "packages")))
PACKAGE_DAYS = env.int("PACKAGE_DAYS", default=60)
PACKAGE_MIN_FREE_BYTES = env.int("PACKAGE_MIN_FREE_BYTES", default=1_000_000_000)
# Products that are files (SQLite) must lie below one of these folders.
PRODUCT_FILE_DIRS = [
    Path(folder).resolve()
    for folder in env.list("PRODUCT_FILE_DIRS", default=[str(STATE_DIR / "products")])
]
# host, host:port or network (CIDR) that products may be reached at although it is private.
PRODUCT_PRIVATE_HOSTS: list[str] = env.list("PRODUCT_PRIVATE_HOSTS", default=[])

# --- Logs --------------------------------------------------------------------------------------
from privacyportal.logs import configure  # noqa: E402

DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # RequestIdMiddleware made it fit

LOGGING = configure(
    json=env.str("LOG_FORMAT", default="text") == "json", level=env.str("LOG_LEVEL", default="INFO")
)
