"""The media of one party: bytes of the file, by ranges, to whom the link was made for."""

from __future__ import annotations

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from rtc_service.access import needs_second_factor
from rtc_service.exceptions import NotYours, RtcError

from ..conf import recordings
from ..models import RecordingFile
from ..permissions import may_play
from ..services import media_links, playback
from . import viewing
from .access import R, private, refusal, user_id
from .pieces import AsyncPieces, Pieces, Source
from .ranges import Part, Unsatisfiable, condition_holds, parse


@require_safe
def media(request: HttpRequest, token: str) -> HttpResponseBase:
    """200 or 206 with WebM; 403 to everybody whom the link was not made for, 410 deleted, 416 behind the end,
    500 `damaged`. Each request is asked anew for permission: links do not outlive it."""
    try:
        file = _file(request, token)
        part = _part(request, file)
        if request.method == "HEAD":
            return _headers(HttpResponse(status=206 if part else 200), file, part, length=True)
        source = Source(file, part or Part(0, file.size - 1))
    except Unsatisfiable:
        answer = _headers(HttpResponse(status=416), file, None)
        answer["Content-Range"] = f"bytes */{file.size}"
        return answer
    except RtcError as error:
        return refusal(error)
    # Decided by the server and not by the middleware: what is iterated in the wrong way is read into memory first.
    body = AsyncPieces(source) if isinstance(request, ASGIRequest) else Pieces(source)
    return _headers(StreamingHttpResponse(body, status=206 if part else 200), file, part)


def _file(request: HttpRequest, token: str) -> RecordingFile:
    """Raises NotYours, playback.Gone."""
    if not request.user.is_authenticated:
        raise NotYours("not logged in")
    pk = media_links.read(token, user_id=user_id(request), binding=viewing.binding(request))
    rows = RecordingFile.objects.select_related("recording__call", "party")
    file = rows.filter(pk=pk).first()
    if file is None:
        raise playback.Gone("the recording was deleted")
    if needs_second_factor(request) or not may_play(request.user, file.recording):
        raise NotYours("the link is not valid (any more)")
    if playback.is_gone(file.recording) or not file.wrapped_key:
        raise playback.Gone("the recording was deleted")
    return file


def _part(request: HttpRequest, file: RecordingFile) -> Part | None:
    header = request.headers.get("Range", "")
    if not header or not condition_holds(request.headers.get("If-Range", ""), _etag(file)):
        return None
    return parse(header, file.size, piece=recordings().PIECE_BYTES)


def _etag(file: RecordingFile) -> str:
    return f'"{file.sha256 or file.pk}"'


def _headers(response: R, file: RecordingFile, part: Part | None, *, length: bool = False) -> R:
    private(response)
    response["Content-Type"] = "video/webm"
    response["Content-Disposition"] = "inline"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = _etag(file)
    # A host's GZipMiddleware would compress the part and forget where it belongs.
    response["Content-Encoding"] = "identity"
    if part is not None:
        response["Content-Range"] = f"bytes {part.first}-{part.last}/{file.size}"
    if length:
        response["Content-Length"] = str(part.length if part else file.size)
    return response
