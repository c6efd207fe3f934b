"""What the doors for staff ask before they open, in the admin and outside of it."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from . import conf


def needs_second_factor(request: HttpRequest) -> bool:
    """Must this session verify a second factor before it sees a page of ours? False as well for who may not enter."""
    if not conf.core().ADMIN_REQUIRES_OTP:
        return False
    check = getattr(request.user, "is_verified", None)  # set by django-otp's middleware; without it nobody is verified
    return not (check and check())


def second_factor_page(request: HttpRequest) -> HttpResponse:
    """To our page and back. Raises PermissionDenied where it is not routed (check rtc_service.E009 says why)."""
    try:
        return redirect_to_login(request.get_full_path(), reverse("rtc_service:otp"))
    except NoReverseMatch:
        raise PermissionDenied("a second factor is required and cannot be set up here") from None
