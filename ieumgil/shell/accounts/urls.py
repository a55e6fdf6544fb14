"""Addresses of the door; allauth finds its own pages by the names it knows, and no other page of it is mounted."""

from django.urls import include, path

from ieumgil.shell.accounts import entering, own, workers

people = (
    [
        path("account/", own.account, name="account"),
        path("account/password/", own.password, name="password"),
        path("account/sessions/", own.sessions, name="sessions"),
        path("people/workers/", workers.workers, name="workers"),
        path("people/workers/<uuid:worker>/", workers.worker, name="worker"),
        path("welcome/<str:token>/", entering.welcome, name="welcome"),
    ],
    "people",
)
urlpatterns = [
    path("sign-in/", entering.sign_in, name="account_login"),
    path("sign-in/code/", entering.code, name="mfa_authenticate"),
    path("sign-out/", entering.sign_out, name="account_logout"),
    path("account/device/", entering.enrol, name="mfa_activate_totp"),
    path("account/confirm/", entering.password_again, name="account_reauthenticate"),
    path("account/confirm/code/", own.code_again, name="mfa_reauthenticate"),
    path("account/codes/", own.codes, name="mfa_view_recovery_codes"),
    path("account/codes/new/", own.new_codes, name="mfa_generate_recovery_codes"),
    path("", include(people)),
]
