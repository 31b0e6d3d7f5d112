"""What people fill in about trust."""

from django import forms
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.forms import RoomForm


class SignForm(RoomForm):
    """A signature. The verb judges it: an empty name and a missing tick are its faults to find."""

    needed = frozenset({"name"})
    name = forms.CharField(
        label=_("签署人"), max_length=80, required=False, widget=forms.TextInput({"autocomplete": "name"})
    )
    agreed = forms.BooleanField(label=_("我已阅读并同意上述协议，并有权代表本单位签署。"), required=False)
