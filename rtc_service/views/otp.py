"""The second factor's page: enrol, verify, backup codes. Only routed where django-otp is installed (urls.py)."""

from __future__ import annotations

import io
from typing import Any

import django_otp
import segno
from django import forms
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp.models import Device

from ..exceptions import NotYours
from ..requests import address_of
from ..services import second_factor

# The session's own unconfirmed device.
PENDING = "rtc_otp_pending"


class CodeForm(forms.Form):
    """One code. No maximum of six: what is pasted comes with spaces."""

    code = forms.CharField(label=_("Code"), max_length=32, error_messages={"required": _("Enter the code.")})

    def __init__(self, *args: Any, digits: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {
            "autocomplete": "one-time-code" if digits else "off",
            "inputmode": "numeric" if digits else "text",
            "autocapitalize": "none",
            "spellcheck": "false",
            "autofocus": True,
            "class": "rtc-otp-code",
        }


@never_cache
@login_required
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def otp(request: HttpRequest) -> HttpResponse:
    """?next= where to go afterwards (this host only), ?with=<device id> or ?with=backup to choose what is asked."""
    if _verified(request) and not second_factor.may_enrol(request.user, verified=True):
        return _overview(request) if not request.GET.get(REDIRECT_FIELD_NAME) else HttpResponseRedirect(_next(request))
    if second_factor.may_enrol(request.user, verified=_verified(request)):
        return _enrol(request)
    return _verify(request)


@never_cache
@login_required
@require_safe
def qr(request: HttpRequest) -> HttpResponse:
    """The pending device's key as an SVG image; a confirmed device's key is never shown again."""
    if not second_factor.may_enrol(request.user, verified=_verified(request)) or PENDING not in request.session:
        raise Http404
    device = second_factor.pending(request.user, request.session[PENDING])
    if device.pk != request.session[PENDING]:
        raise Http404
    image = io.BytesIO()
    url = second_factor.setup_url(device, request.get_host())
    segno.make(url, error="m", micro=False).save(image, kind="svg", scale=5, border=3, light="#ffffff", xmldecl=False)
    return HttpResponse(image.getvalue(), content_type="image/svg+xml")


@never_cache
@login_required
@require_POST
def backup_codes(request: HttpRequest) -> HttpResponse:
    """Ten new backup codes for a verified session; the old ones stop working."""
    if not _verified(request):
        return HttpResponseRedirect(reverse("rtc_service:otp"))
    return _codes(request, second_factor.new_backup_codes(request.user, address=address_of(request)))


def _enrol(request: HttpRequest) -> HttpResponse:
    device = second_factor.pending(request.user, request.session.get(PENDING))
    request.session[PENDING] = device.pk
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            verdict = second_factor.enrol(
                request.user,
                device,
                form.cleaned_data["code"],
                verified=_verified(request),
                address=address_of(request),
            )
        except NotYours:
            return HttpResponseRedirect(_here(request))
        if verdict.device is not None:
            _log_in(request, verdict.device)
            return _codes(request, second_factor.new_backup_codes(request.user, address=address_of(request)))
        form.add_error("code", _refusal(verdict))
    context = {"form": form, "key": second_factor.setup_key(device), "account": request.user.get_username()}
    return _page(request, "enrol", context)


def _verify(request: HttpRequest) -> HttpResponse:
    devices = second_factor.app_devices(request.user)
    backup = second_factor.backup_device(request.user)
    chosen = _chosen(request.GET.get("with", ""), devices, backup)
    form = CodeForm(request.POST or None, digits=chosen is not backup)
    if chosen is not None and form.is_valid():
        code = form.cleaned_data["code"]
        verdict = second_factor.verify(request.user, chosen.persistent_id, code, address=address_of(request))
        if verdict.device is not None:
            _log_in(request, verdict.device)
            if chosen is backup:
                _say_codes_left(request)
            return HttpResponseRedirect(_next(request))
        form.add_error("code", _refusal(verdict))
    others = [
        {"device": device, "url": _here(request, device.persistent_id), "app": device.name == second_factor.APP_NAME}
        for device in devices
        if device is not chosen
    ]
    if backup is not None and chosen is not backup:
        others.append({"device": backup, "url": _here(request, "backup")})
    context = {"form": form, "device": chosen, "backup": chosen is backup, "backup_device": backup, "others": others}
    return _page(request, "verify", context)


def _chosen(wanted: str, devices: list[Device], backup: Device | None) -> Device | None:
    """What is asked: the wanted device, else the first app, else the backup codes."""
    if wanted == "backup" and backup is not None:
        return backup
    named = next((device for device in devices if device.persistent_id == wanted), None)
    return named or (devices[0] if devices else backup)


def _overview(request: HttpRequest) -> HttpResponse:
    return _page(request, "overview", {"left": second_factor.codes_left(request.user)})


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """Answers the POST itself, so that the codes stand on one page once and nowhere else."""
    return _page(request, "codes", {"codes": [f"{code[:4]} {code[4:]}" for code in codes]})


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    status = 200 if request.method != "POST" or name == "codes" else 422
    return render(request, f"rtc_service/otp/{name}.html", {"next": _next(request), **context}, status=status)


def _log_in(request: HttpRequest, device: Device) -> None:
    """The session has more rights from here on, so it gets a new key."""
    django_otp.login(request, device)
    request.session.pop(PENDING, None)
    request.session.cycle_key()


def _say_codes_left(request: HttpRequest) -> None:
    left = second_factor.codes_left(request.user)
    text = ngettext("%(count)d backup code is left.", "%(count)d backup codes are left.", left) % {"count": left}
    messages.warning(request, text, fail_silently=True)


def _refusal(verdict: second_factor.Verdict) -> str:
    if not verdict.wait:
        return str(_("This code is wrong or was used already. Wait for the next one."))
    text = ngettext("Too many tries. Wait %(count)d second.", "Too many tries. Wait %(count)d seconds.", verdict.wait)
    return text % {"count": verdict.wait}


def _verified(request: HttpRequest) -> bool:
    check = getattr(request.user, "is_verified", None)
    return bool(check and check())


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: the asked page if it is on this host, else the admin."""
    wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=request.is_secure()):
        return wanted
    try:
        return reverse("admin:index")
    except NoReverseMatch:  # the host's admin site has a name of its own
        return "/"


def _here(request: HttpRequest, device: str = "") -> str:
    query = {REDIRECT_FIELD_NAME: request.GET.get(REDIRECT_FIELD_NAME, ""), "with": device}
    query = {name: value for name, value in query.items() if value}
    return reverse("rtc_service:otp") + (f"?{urlencode(query)}" if query else "")
