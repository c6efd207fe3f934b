"""The workbench's gate: who is not logged in goes to the log-in page, who may not use it is told so."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.cache import never_cache

from ..permissions import may_use_workbench

View = Callable[..., HttpResponse]


def user_id(request: HttpRequest) -> Any:
    """The key of whoever `workbench_required` let in; its type is the host's."""
    return request.user.pk


def workbench_required(view: View) -> View:
    """302 to the log-in, 403 with a page that explains, else the view; never cached, it holds customers' data."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), resolve_url("rtc_agents:login"))
        if not may_use_workbench(request.user):
            return render(request, "rtc_agents/forbidden.html", status=403)
        return view(request, *args, **kwargs)

    return never_cache(guarded)
