"""Settings of one node; everything that differs between nodes comes from its folder or its environment."""

from pathlib import Path

from ieumgil.site import env

IEUMGIL_HOME = env.folder("IEUMGIL_HOME", Path("~/.local/share/ieumgil"))
env.remember(IEUMGIL_HOME / "node.env")
IEUMGIL_KDF_PROFILE = env.text("IEUMGIL_KDF_PROFILE", "normal")
IEUMGIL_COUNTRY = env.text("IEUMGIL_COUNTRY", "narae")
IEUMGIL_DEMO = env.flag("IEUMGIL_DEMO", default=False)
IEUMGIL_TIME_ZONE = env.text("IEUMGIL_TIME_ZONE", "Asia/Seoul")
IEUMGIL_ADDRESS = env.text("IEUMGIL_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
IEUMGIL_MAIL = env.mail(
    env.text("IEUMGIL_MAIL_URL", "")
)  # of notices; without it they stand on the screen only
IEUMGIL_MAIL_FROM = env.text("IEUMGIL_MAIL_FROM", "no-reply@localhost")
IEUMGIL_DUTY_GATEWAY = env.text("IEUMGIL_DUTY_GATEWAY", "ieumgil.ground.post.actions.standin.StandIn")
IEUMGIL_SOURCE = env.text(
    "IEUMGIL_SOURCE", "/source/"
)  # where whoever uses the node gets its source (AGPL, section 13)

DEBUG = False
SECRET_KEY = env.secret(IEUMGIL_HOME / "secret.key")
ALLOWED_HOSTS = env.text("IEUMGIL_HOSTS", "127.0.0.1,localhost").split(",")
ROOT_URLCONF = "ieumgil.site.urls"
WSGI_APPLICATION = "ieumgil.site.wsgi.application"
AUTH_USER_MODEL = "accounts.Worker"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_cotton",
    "csp",
    "ieumgil.ground.words",
    "ieumgil.ground.accounts",
    "ieumgil.ground.access",
    "ieumgil.ground.audit",
    "ieumgil.ground.vault",
    "ieumgil.ground.exchange",
    "ieumgil.ground.documents",
    "ieumgil.ground.post",
    "ieumgil.shell",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "ieumgil.directory",
    "ieumgil.agreements",
    "ieumgil.casefile",
    "ieumgil.consent",
    "ieumgil.identification",
    "ieumgil.referral",
    "ieumgil.assistance",
    "ieumgil.site",
]

DATABASES = {
    "default": env.database(env.text("IEUMGIL_DATABASE_URL", f"sqlite:///{IEUMGIL_HOME / 'node.sqlite3'}"))
}

# Which verb takes which kind of bundle, and which hears that a peer refused one: the exchange knows no room above it.
EXCHANGE_TAKERS = {
    "thread": "ieumgil.referral.actions.receive.take_message",
    "counts": "ieumgil.referral.actions.counts.take_counts",
    "settlement": "ieumgil.referral.actions.settle.take_settlement",
    "watch": "ieumgil.referral.actions.overdue.take_watch",
    "roll": "ieumgil.ground.exchange.actions.roll.take_roll",
}
EXCHANGE_REFUSED = {"thread": "ieumgil.referral.actions.receive.take_refusal"}

# Sign-in: by handle and password, then a code; nobody signs themselves up, and nothing is ever sent by e-mail.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_LENGTH = 12
_OF_DJANGO = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, object]] = [
    {"NAME": f"{_OF_DJANGO}.MinimumLengthValidator", "OPTIONS": {"min_length": PASSWORD_LENGTH}},
    {
        "NAME": f"{_OF_DJANGO}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("handle", "display_name")},
    },
    {"NAME": f"{_OF_DJANGO}.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["ieumgil.shell.accounts.adapter.ByHandle"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "ieumgil.shell.accounts.adapter.Door"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "handle"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # of a form that is on no page: allauth wants to be told
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_FORMS = {
    "login": "ieumgil.shell.accounts.forms.SignInForm",
    "reauthenticate": "ieumgil.shell.accounts.forms.PasswordAgainForm",
}
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key",  # by handle, whether anybody has it or not
    "reauthenticate": "10/m/user",
    "second_factor": "20/d/key",  # of one who has the password already
    "welcome": "10/m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("IEUMGIL_PROXIES", 0)
MFA_ADAPTER = "ieumgil.shell.accounts.adapter.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a clock may be half a minute off; a code is still good once only
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RECOVERY_CODE_DIGITS = 10
MFA_FORMS = {
    "authenticate": "ieumgil.shell.accounts.forms.CodeForm",
    "reauthenticate": "ieumgil.shell.accounts.forms.CodeAgainForm",
    "activate_totp": "ieumgil.shell.accounts.forms.EnrolForm",
}
_HTTPS = IEUMGIL_ADDRESS.startswith("https://")
# Nodes of the demo share a host, and browsers share cookies between its ports.
_ENDING = f"-{IEUMGIL_ADDRESS.rpartition(':')[2]}" if IEUMGIL_DEMO else ""
SESSION_COOKIE_NAME = "__Host-session" if _HTTPS else f"session{_ENDING}"
CSRF_COOKIE_NAME = "__Host-csrf" if _HTTPS else f"csrf{_ENDING}"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 8 * 60 * 60
CSRF_COOKIE_AGE = None
CSRF_TRUSTED_ORIGINS = [IEUMGIL_ADDRESS] if _HTTPS else []  # TLS ends in front of the node
# Counts of tries stand in the database, so that a restart, or a second process, forgets none; with 300 entries, Django's own
# measure, whoever tries many names would push them out.
CACHES = {
    "default": {
        "BACKEND": "ieumgil.site.counts.PlainCounts",
        "LOCATION": "node_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no words in a cookie

LANGUAGE_CODE = env.text("IEUMGIL_LANGUAGE", "en")
LANGUAGES = [("ko", "한국어"), ("en", "English")]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

MIDDLEWARE = [
    "ieumgil.ground.access.web.NothingKept",  # first: also on what the others answer or refuse by themselves
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ieumgil.shell.middleware.SignInMiddleware",
    "ieumgil.ground.access.web.ClosedByDefault",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "ieumgil.shell.context.frame",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
        },
    }
]
# Names of verbs of a room above the shell, as for the exchange: where words that could not be taken are kept.
SHELL_KEEPER = {
    "keep": "ieumgil.casefile.actions.keep_draft",
    "keep-about-thread": "ieumgil.referral.actions.keeping.keep_about",
    "read": "ieumgil.casefile.queries.draft",
}
SHELL_NAVIGATION = "ieumgil.site.navigation.NAVIGATION"
SHELL_LABELS = "ieumgil.agreements.queries.labels"  # what purposes, categories and fields are called
CASE_PARTS = [
    f"ieumgil.{room}.web.parts.parts" for room in ("identification", "consent", "referral", "assistance")
]
CSRF_FAILURE_VIEW = "ieumgil.shell.views.no_csrf"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = (
    True  # with the compressed files that lie beside each: no step of collecting before a node serves
)
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 24 * 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Nothing inline, nothing from elsewhere; each exception would stand in docs/decisions/0021.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["default"],
    }
}
LANGUAGE_COOKIE_NAME = "language"
FORMAT_MODULE_PATH = "ieumgil.shell.formats"

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# No page takes a file: one would be written to the disk before any sign-in is asked for.
DATA_UPLOAD_MAX_NUMBER_FILES = 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # outward it sends nothing; why not "no-referrer": docs/decisions/0026
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Whatever ends TLS in front sets this header, and takes away what a browser sends under its name.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_SSL_REDIRECT = _HTTPS
# Asked for on this machine, or by nodes, whose bundles are sealed whatever carries them.
SECURE_REDIRECT_EXEMPT = [r"^alive$", r"^exchange/"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
# "preload" would let anybody put the agency's whole domain on a list of the browsers, and it hardly comes off again
# (https://hstspreload.org asks programs not to set it by themselves).
SILENCED_SYSTEM_CHECKS = ["security.W021"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"routes": {"()": "ieumgil.site.log.RoutesOnly"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["routes"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
