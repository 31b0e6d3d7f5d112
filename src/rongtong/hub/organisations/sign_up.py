"""Signing up and the mails of accounts: nothing here tells whether an address is known."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .domain.profile import one_line
from .enums import Language
from .middleware import person_of
from .models import Account, Member


class SignupForm(AllauthSignupForm):  # type: ignore[misc]  # allauth's class has no types
    """Asks for the name besides address and password."""

    name = forms.CharField(
        label=_("姓名"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("同事看到的名字"),
    )
    field_order = ("name", "email", "password1", "password2")

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("请填写姓名。"))
        return name

    def try_save(self, request: HttpRequest) -> Any:
        """Spend on a known address the time that hashing a new account's password takes."""
        if self.account_already_exists:
            make_password(self.cleaned_data.get("password1") or "")
        return super().try_save(request)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth's class has no types
    """How allauth works with our accounts."""

    def save_user(self, request: HttpRequest, user: Account, form: Any, commit: bool = True) -> Account:
        user.name = form.cleaned_data.get("name", "")
        language = get_language()
        user.language = language if language in Language.values else Language.CHINESE
        saved: Account = super().save_user(request, user, form, commit=commit)
        return saved

    def populate_username(self, request: HttpRequest, user: Account) -> None:
        """Accounts have no user names."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Who acts for nobody yet is asked to join first."""
        if not Member._base_manager.filter(account=person_of(request), until=None).exists():
            return reverse("organisations:join")
        return str(super().get_login_redirect_url(request))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Links lead to the site named in the settings, whatever host the request claimed."""
        ours = {key: _at_home(value) for key, value in context.items() if key.endswith("_url") and value}
        super().send_mail(template_prefix, email, context | ours)


def _at_home(address: str) -> str:
    parts = urlsplit(str(address))
    return settings.SITE_URL.rstrip("/") + parts.path + (f"?{parts.query}" if parts.query else "")
