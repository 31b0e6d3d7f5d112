"""A person's account: the mail address is the name to sign in with."""

import uuid
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor

from ..enums import Language


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Account":
        account = self.model(email=self.normalize_email(email).lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser, PermissionsMixin):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("电子邮箱"), unique=True)
    name = models.CharField(_("姓名"), max_length=80)
    name_en = models.CharField(_("英文姓名"), max_length=120, blank=True)
    phone = models.CharField(_("手机"), max_length=40, blank=True)
    language = models.CharField(_("语言"), max_length=10, choices=Language, default=Language.CHINESE)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = AccountManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="account_email")]

    def __str__(self) -> str:
        return self.name or self.email

    def roles_of(self, actor: Actor) -> set[str]:
        return {"own.person"} if actor.account_id == self.pk else set()

    def is_visible_to(self, actor: Actor) -> bool:
        return actor.system or type(self).visible_to(actor).filter(pk=self.pk).exists()

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Account]":
        """Oneself and the people of one's own organisation; the operator sees all who act for anybody."""
        rows = cls._base_manager.all()
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        if actor.account_id is None:
            return rows.none()
        own = models.Q(pk=actor.account_id)
        if actor.role is not None:
            own |= models.Q(memberships__organisation_id=actor.organisation_id, memberships__until=None)
        return rows.filter(own).distinct()
