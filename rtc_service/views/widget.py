"""The customer widget's window as an HTML fragment: all its words and icons, in one language, for everybody alike."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_safe

from .. import languages, registry

MAX_AGE = 300


@require_safe
def widget(request: HttpRequest) -> HttpResponse:
    """`GET ?language=zh-hans` → the window's HTML.

    It is the same for every visitor, so it reads neither session nor cookies, any origin may fetch it and
    every cache may keep it. Without `?language=` the browser's own choice (Accept-Language) decides.
    """
    wanted = request.GET.get("language", "")
    language = languages.supported(wanted) if wanted else translation.get_language_from_request(request)
    with translation.override(language):
        may_withdraw = "recordings.withdraw" in registry.get().messages
        context = {"language": language, "may_withdraw": may_withdraw}
        html = render_to_string("rtc_service/widget/window.html", context)
    response = HttpResponse(html)
    response["Content-Language"] = language
    response["Cache-Control"] = f"public, max-age={MAX_AGE}"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Vary"] = "Accept-Language" if not wanted else "Accept-Encoding"
    return response
