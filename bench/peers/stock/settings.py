"""Settings of the stock peer; `BENCH_REDIS_URL` is its Redis."""

import os

SECRET_KEY = "bench"  # noqa: S105 - a peer on the loopback
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["daphne", "channels"]
ROOT_URLCONF = "bench.peers.stock.urls"
ASGI_APPLICATION = "bench.peers.stock.asgi.application"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # redis-py 8 closes an idle connection after 5 s unless it is told not to.
        "CONFIG": {"hosts": [{"address": os.environ["BENCH_REDIS_URL"], "socket_timeout": None}]},
    }
}
LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"handlers": [], "level": "WARNING"}}
