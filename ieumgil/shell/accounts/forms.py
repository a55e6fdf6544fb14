"""Forms of the door: sign-in, codes, passwords, one's own account, and who works here."""

from typing import Any, Final, cast

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.core import context, ratelimit
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgain
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from ieumgil.ground.accounts.rules import Language, Role
from ieumgil.ground.joining.actions import door
from ieumgil.ground.words.queries import word
from ieumgil.shell.forms import HouseForm

WRONG_CODE: Final = "wrong-code"
CODE_IS_GOOD: Final = (2 * settings.MFA_TOTP_TOLERANCE + 1) * 30  # seconds in which a code would be taken


def _code() -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"})
    return forms.CharField(label=_("Code"), max_length=24, widget=widget)


def _password(label: Any, *, new: bool = False, more: Any = "") -> forms.CharField:  # noqa: ANN401  lazy text
    kind = "new-password" if new else "current-password"
    widget = forms.PasswordInput(attrs={"autocomplete": kind})
    return forms.CharField(label=label, strip=False, max_length=1024, widget=widget, help_text=more)


class SignInForm(LoginForm):  # type: ignore[misc]
    """Handle and password."""

    use_required_attribute = False
    password = _password(_("Password"))

    def __init__(self, *args: Any, **more: Any) -> None:  # noqa: ANN401  as of allauth
        """Label in the house's words."""
        super().__init__(*args, **more)
        widget = forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        )
        self.fields["login"] = forms.CharField(label=_("Sign-in name"), max_length=80, widget=widget)
        self.order_fields(["login", "password"])


class PasswordAgainForm(ReauthenticateForm):  # type: ignore[misc]
    """The password again, before codes are shown or made."""

    use_required_attribute = False
    password = _password(_("Password"))


class _OnceForm(forms.Form):
    """A code from a device is good once, as long as it would be taken; tries are counted for the day and written."""

    use_required_attribute = False
    user: Any

    def clean_code(self) -> str:
        """Take the code; raises ValidationError for a wrong one, one that was used, and too many."""
        key = f"second-factor-{self.user.pk}"
        if not ratelimit.consume(context.request, action="second_factor", key=key):
            raise get_adapter().validation_error("too_many_login_attempts")
        try:
            code = str(super().clean_code())  # type: ignore[misc]
            _burn(self, code)
        except forms.ValidationError:
            door.note_failed_try(handle=self.user.get_username(), why=WRONG_CODE)
            raise
        ratelimit.clear(context.request, action="second_factor", key=key)
        return code


class CodeForm(_OnceForm, AuthenticateForm):  # type: ignore[misc]
    """The code of the second factor, at sign-in."""

    code = _code()


class CodeAgainForm(_OnceForm, CodeAgain):  # type: ignore[misc]
    """The code of the second factor, within a session."""

    code = _code()


class EnrolForm(_OnceForm, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new device, which shows that it was set up."""

    code = _code()


def _burn(form: Any, code: str) -> None:  # noqa: ANN401  one of the three above
    used = getattr(form, "authenticator", None)
    if used is not None and used.type != Authenticator.Type.TOTP:
        return
    digits = "".join(letter for letter in code if letter.isdigit())
    if not cache.add(f"code-used:{form.user.pk}:{digits}", "y", timeout=CODE_IS_GOOD):
        raise get_adapter().validation_error("incorrect_code")


class NewPasswordForm(forms.Form):
    """A new password, twice."""

    use_required_attribute = False
    password1 = _password(
        _("New password"),
        new=True,
        more=_("At least 12 characters: four or five words that do not belong together are good."),
    )
    password2 = _password(_("The same once more"), new=True)

    def __init__(self, *args: Any, handle: str = "", **more: Any) -> None:  # noqa: ANN401  as of Django
        """Keep whose password it is: it must not be like the handle."""
        super().__init__(*args, **more)
        self.handle = handle

    def clean(self) -> dict[str, Any]:
        """Compare the two, and check the first against the house's rules."""
        said = super().clean() or {}
        first, second = said.get("password1"), said.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ."))
        elif first:
            try:
                validate_password(first, get_user_model()(handle=self.handle))
            except forms.ValidationError as wrong:
                self.add_error("password1", wrong)
        return said


class OwnPasswordForm(forms.Form):
    """The worker's own password, to open a link for a new second factor."""

    use_required_attribute = False
    password1 = _password(_("Your password"))


class ChangePasswordForm(NewPasswordForm):
    """The old password and a new one."""

    old = _password(_("Password now"))
    field_order = ("old", "password1", "password2")


class ChooseForm(HouseForm):
    """A worker's own language and where notices go."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    notice_address = forms.EmailField(
        label=_("E-mail address for notices"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        required=False,
        help_text=_(
            "A notice says that something waits for you, never what or about whom. Leave it empty for none."
        ),
    )

    def chosen(self) -> Language:
        """Give the language that was chosen."""
        return Language(self.cleaned_data["language"])


class RoleForm(HouseForm):
    """One role."""

    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, roles: tuple[Role, ...] = tuple(Role), **more: Any) -> None:  # noqa: ANN401  as of Django
        """Offer these roles, in the words of the page's language."""
        super().__init__(*args, **more)
        cast("forms.ChoiceField", self.fields["role"]).choices = role_choices(roles)


class InviteForm(HouseForm):
    """Who is invited, and as what."""

    handle = forms.RegexField(
        r"^[a-zA-Z0-9@.+_-]{3,80}\Z",
        label=_("Sign-in name"),
        help_text=_(
            "3 to 80 letters without accents, digits or . @ + - _; it stays, and it is not the ledger's name."
        ),
    )
    display_name = forms.CharField(label=_("Name as colleagues see it"), max_length=120)
    roles = forms.MultipleChoiceField(label=_("Roles"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **more: Any) -> None:  # noqa: ANN401  as of Django
        """Offer all roles, in the words of the page's language."""
        super().__init__(*args, **more)
        cast("forms.MultipleChoiceField", self.fields["roles"]).choices = role_choices(tuple(Role))


def role_choices(roles: tuple[Role, ...]) -> list[tuple[str, str]]:
    """Give roles with their words in the page's language."""
    from django.utils.translation import get_language  # noqa: PLC0415

    return [(role.value, word(f"role.{role.value}", get_language() or "en")) for role in roles]
