"""Settings of one node; everything that differs between nodes comes from its folder or its environment."""

from pathlib import Path

from ieumgil.site import env

IEUMGIL_HOME = env.folder("IEUMGIL_HOME", Path("~/.local/share/ieumgil"))
IEUMGIL_KDF_PROFILE = env.text("IEUMGIL_KDF_PROFILE", "normal")
IEUMGIL_COUNTRY = env.text("IEUMGIL_COUNTRY", "narae")
IEUMGIL_DEMO = env.flag("IEUMGIL_DEMO", default=False)

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
    "ieumgil.ground.words",
    "ieumgil.ground.accounts",
    "ieumgil.ground.access",
    "ieumgil.ground.audit",
    "ieumgil.ground.vault",
    "ieumgil.ground.exchange",
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
    "ieumgil.ground.access.web.ClosedByDefault",
    "django.middleware.common.CommonMiddleware",
]
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
