"""Settings of our side of the signalling figures."""

from demo.settings import *  # noqa: F403
from demo.settings import INSTALLED_APPS, LOGGING, RTC_SERVICE

INSTALLED_APPS += ["bench.project.apps.RtcBenchConfig"]
ASGI_APPLICATION = "bench.project.asgi.application"
ROOT_URLCONF = "bench.project.urls"
LOGGING["root"]["level"] = "WARNING"
# The limits stay in force and are counted; a bench only may not run into them.
RTC_SERVICE["core"] |= {
    "MESSAGE_RATE": 1_000_000.0,
    "MESSAGE_BURST": 1_000_000.0,
    "SOCKETS_PER_ADDRESS": 5_000,
    "SESSIONS_PER_MINUTE": 100_000,
    "CALLS_PER_HOUR": 100_000,
}
# Links are made once for a whole run, for a session that was made without a log-in.
RTC_SERVICE["core"]["ADMIN_REQUIRES_OTP"] = False
RTC_SERVICE.setdefault("recordings", {}).update(LINK_SECONDS=36_000, VIEW_SECONDS=36_000)
