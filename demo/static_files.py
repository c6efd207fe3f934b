"""Static files from the web process itself: the demo has no nginx."""

from __future__ import annotations

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.http import FileResponse, HttpRequest, HttpResponse


class SharedStaticFiles(ASGIStaticFilesHandler):
    """Pages of other origins may load the files: browsers fetch ES modules of another origin only with this header."""

    def serve(self, request: HttpRequest) -> HttpResponse | FileResponse:
        response = super().serve(request)
        response["Access-Control-Allow-Origin"] = "*"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response
