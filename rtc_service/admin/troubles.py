"""What makes a call abnormal, by cause: for the filter of the call list, its marks, and the words beside them.

A leaf adds its own from its admin package:
`troubles.register(Trouble("recording", _("recording failed"), _("recording"), about, lambda among: among(rows)))`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .. import conf
from ..models import Call, Event, Link, QualitySummary
from ..states import EndReason, LegKind

# `among(rows)` is true of the calls that one of these rows (their field `call`) belongs to.
Among = Callable[[QuerySet[Any]], Q]


@dataclass(frozen=True)
class Trouble:
    """`title` in the filter, `short` in the list, `about()` the definition in a sentence; `calls(among)` the rule."""

    name: str
    title: Any
    short: Any
    about: Callable[[], Any]
    calls: Callable[[Among], Q]


def found(rows: QuerySet[Any]) -> Q:
    """For a list: the rows are looked up once, by their own index."""
    return Q(pk__in=rows.order_by().values("call"))


def flagged(rows: QuerySet[Any]) -> Q:
    """For the calls of one page: asked for each call, by the index on the call."""
    return Q(Exists(rows.filter(call=OuterRef("pk"))))


def marks(calls: Iterable[Call]) -> dict[int, list[Trouble]]:
    """What is the matter with some calls, in one query: pk → troubles in the order of the filter."""
    flags = {f"is_{name}": ExpressionWrapper(it.calls(flagged), BooleanField()) for name, it in _known.items()}
    rows = Call.objects.filter(pk__in=[call.pk for call in calls]).order_by().annotate(**flags)
    return {
        pk: [it for it, there in zip(_known.values(), found, strict=True) if there]
        for pk, *found in rows.values_list("pk", *flags)
    }


def window_limits() -> dict[str, float]:
    """Key of `protocol.Stats` → above this a single window is weak."""
    core = conf.core()
    return {"loss": core.ABNORMAL_LOSS, "rtt_ms": core.ABNORMAL_RTT_MS, "frozen": core.ABNORMAL_FROZEN}


# --- the core's own ---


def _without_media() -> QuerySet[Event]:
    """Answered, but no talk link stood within CONNECT_SECONDS nor later. Text chats have no media to miss."""
    stood = Event.objects.filter(call=OuterRef("call"), kind="link.up", data__kind=LegKind.TALK.value)
    without = Event.objects.filter(kind="call.active", data__cause="no_media").exclude(call__media="text")
    return without.filter(~Exists(stood))


def _hearing() -> QuerySet[Link]:
    """Talk links of which exactly one end has reported that packets come (`link.state` up)."""
    one = Q(up_first__gt=0, up_second=0) | Q(up_first=0, up_second__gt=0)
    return Link.objects.filter(one, kind=LegKind.TALK)


def no_media(among: Among) -> Q:
    """Nobody received anything: no link stood, no end of one reported packets, no window counted any."""
    heard = QualitySummary.objects.filter(call=OuterRef("call"), received__gt=0)
    hearing = _hearing().filter(call=OuterRef("call"))
    return among(_without_media().filter(~Exists(heard), ~Exists(hearing)))


def one_way(among: Among) -> Q:
    """One party received packets, the other none. Either of:

    - by quality samples: a talking leg measured for ABNORMAL_ONE_WAY_SECONDS and more without a single window with
      packets (`bitrate` 0 or unknown), while another leg of the call received some and says that it sent for as long
      (`bitrate_out`): who has switched off camera and microphone sends nothing and deafens nobody;
    - by `link.up` reports: the call went on without media, as the link stood for one of its two ends only.
    """
    least = conf.core().ABNORMAL_ONE_WAY_SECONDS
    other = QualitySummary.objects.filter(call=OuterRef("call"), received__gt=0, sent__gte=least)
    deaf = QualitySummary.objects.filter(seconds__gte=least, received=0, participant__kind=LegKind.TALK)
    deaf = deaf.filter(Exists(other.exclude(participant=OuterRef("participant"))))
    halves = _without_media().filter(Exists(_hearing().filter(call=OuterRef("call"))))
    return among(deaf) | among(halves)


def dropped(among: Among) -> Q:
    """A talking party lost the connection to the server, or the call ended for that reason or by a failure."""
    lost = Event.objects.filter(kind="participant.lost", data__role__in=["customer", "staff", "expert"])
    return among(lost) | Q(end_reason__in=[EndReason.LOST, EndReason.FAILED])


def _worst(**limits: Any) -> QuerySet[QualitySummary]:
    return QualitySummary.objects.filter(**limits)


def _cuts(among: Among) -> Q:
    return among(Event.objects.filter(kind="link.stale", data__kind=LegKind.TALK.value))


def _latency(among: Among) -> Q:
    core = conf.core()
    late, far = _worst(latency_ms__gt=core.ABNORMAL_LATENCY_MS), _worst(rtt_ms__gt=core.ABNORMAL_RTT_MS)
    return among(late) | among(far)


def _picture(among: Among) -> Q:
    core = conf.core()
    return among(_worst(fps__lt=core.ABNORMAL_FPS)) | among(_worst(frozen__gt=core.ABNORMAL_FROZEN))


def _number(value: float) -> str:
    return str(number_format(value if value % 1 else int(value)))


def _core() -> list[Trouble]:
    def limits() -> dict[str, str]:
        core = conf.core()
        return {
            "loss": _number(core.ABNORMAL_LOSS * 100),
            "rtt": _number(core.ABNORMAL_RTT_MS),
            "latency": _number(core.ABNORMAL_LATENCY_MS),
            "fps": _number(core.ABNORMAL_FPS),
            "frozen": _number(core.ABNORMAL_FROZEN * 100),
            "connect": _number(core.CONNECT_SECONDS),
            "one_way": _number(core.ABNORMAL_ONE_WAY_SECONDS),
            "twice": _number(2 * core.QUALITY_SECONDS),
        }

    def about(text: Any) -> Callable[[], str]:
        return lambda: str(text) % limits()

    return [
        Trouble(
            "no_media",
            _("no picture and sound"),
            _("no media"),
            about(_("Answered, but within %(connect)s s no media link stood, none stood later, and nobody received a "
                    "packet. Text chats are left out.")),
            no_media,
        ),
        Trouble(
            "one_way",
            _("one way only"),
            pgettext_lazy("trouble", "one way"),
            about(_("One party received packets, the other none for at least %(one_way)s s although the first was "
                    "sending; or the media link stood for one of the two only.")),
            one_way,
        ),
        Trouble(
            "dropped",
            _("dropped"),
            pgettext_lazy("trouble", "dropped"),
            about(_("A party lost the connection to the server (loading the page again counts), or the call ended as "
                    "lost or failed.")),
            dropped,
        ),
        Trouble(
            "cuts",
            _("media link stood still"),
            pgettext_lazy("trouble", "cuts"),
            about(_("A link that stood stopped bringing packets for a second or more.")),
            _cuts,
        ),
        Trouble(
            "loss",
            _("many packets lost"),
            pgettext_lazy("trouble", "loss"),
            about(_("A party lost more than %(loss)s %% of the packets over %(twice)s s.")),
            lambda among: among(_worst(loss__gt=conf.core().ABNORMAL_LOSS)),
        ),
        Trouble(
            "latency",
            _("long delay"),
            pgettext_lazy("trouble", "delay"),
            about(_("Over %(twice)s s a round trip above %(rtt)s ms, or more than %(latency)s ms from camera to "
                    "screen.")),
            _latency,
        ),
        Trouble(
            "picture",
            _("picture jerks or stands"),
            pgettext_lazy("trouble", "picture"),
            about(_("Over %(twice)s s fewer than %(fps)s pictures a second from a camera, or the picture stood for "
                    "more than %(frozen)s %% of the time.")),
            _picture,
        ),
    ]  # fmt: skip


_known: dict[str, Trouble] = {trouble.name: trouble for trouble in _core()}


def register(trouble: Trouble) -> None:
    """Add a cause, or replace the one of the same name."""
    _known[trouble.name] = trouble


def known() -> list[Trouble]:
    """All causes, in the order of the filter."""
    return list(_known.values())


def get(name: str | None) -> Trouble | None:
    return _known.get(name or "")
