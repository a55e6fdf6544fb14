"""Settings of one node; everything that differs between nodes comes from its folder or its environment."""

from pathlib import Path

from ieumgil.site import env

IEUMGIL_HOME = env.folder("IEUMGIL_HOME", Path("~/.local/share/ieumgil"))
IEUMGIL_KDF_PROFILE = env.text("IEUMGIL_KDF_PROFILE", "normal")
IEUMGIL_COUNTRY = env.text("IEUMGIL_COUNTRY", "narae")
IEUMGIL_DEMO = env.flag("IEUMGIL_DEMO", default=False)
IEUMGIL_TIME_ZONE = env.text("IEUMGIL_TIME_ZONE", "Asia/Seoul")
IEUMGIL_ADDRESS = env.text("IEUMGIL_ADDRESS", "http://127.0.0.1:8000")
IEUMGIL_MAIL = env.mail(env.text("IEUMGIL_MAIL_URL", ""))  # of notices; without it they stand on the screen only
IEUMGIL_MAIL_FROM = env.text("IEUMGIL_MAIL_FROM", "no-reply@localhost")
IEUMGIL_DUTY_GATEWAY = env.text("IEUMGIL_DUTY_GATEWAY", "ieumgil.ground.post.actions.standin.StandIn")
IEUMGIL_SOURCE = env.text("IEUMGIL_SOURCE", "/source/")  # where whoever uses the node gets its source (AGPL, section 13)

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

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LANGUAGE_CODE = "en"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
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
SHELL_KEEPER = {"keep": "ieumgil.casefile.actions.keep_draft", "read": "ieumgil.casefile.queries.draft"}
SHELL_NAVIGATION = "ieumgil.site.navigation.NAVIGATION"
SHELL_LABELS = "ieumgil.agreements.queries.labels"  # what purposes, categories and fields are called
CSRF_FAILURE_VIEW = "ieumgil.shell.views.no_csrf"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # with the compressed files that lie beside each: no step of collecting before a node serves
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 24 * 3600

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
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
