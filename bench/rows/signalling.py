"""Signalling: CPU per relayed message, messages lost in a burst, and echoes while somebody's queries are slow."""

from __future__ import annotations

from ..load.client import LoadClient
from ..run import Figure, Run
from ..servers import Servers, ours, people, stock
from ..services import postgres_server, redis_server, redis_url
from ..stats import Leg, percentile

PAIRS_OF_PEOPLE = 4
STOCK_MESSAGES = 800
OUR_MESSAGES = 8_000  # process times come in steps of 10 ms: a leg has to burn enough of them
BURST = 300
ECHOES = 400

LOCAL_NAMES = ("signalling/relay_cpu_local", "signalling/relay_cpu_local_daphne")
REDIS_NAMES = ("signalling/relay_cpu_redis", "signalling/burst_lost")
SLOW_NAMES = ("signalling/p99_under_slow_query",)
STOCK = "daphne + AsyncJsonWebsocketConsumer + channels-redis group_send"
WHAT = {"message_bytes": 1500, "connections": 2 * PAIRS_OF_PEOPLE, "cpu_of": "ASGI processes (user + system)"}


def enter(client: LoadClient, servers: Servers) -> None:
    """Open the pairs of our side."""
    client.ask("open", server="ours", urls=servers.urls, **people(servers, PAIRS_OF_PEOPLE))


def relay(client: LoadClient, servers: Servers, messages: int) -> Leg:
    """CPU milliseconds per relayed message."""
    answer = client.ask("relay", messages=messages, pids=servers.pids)
    latencies = answer["latencies"]
    assert len(latencies) == messages
    notes = {"p50_ms": percentile(latencies, 0.5), "p99_ms": percentile(latencies, 0.99), "messages": messages}
    return Leg(answer["cpu"] / messages * 1000, notes={**notes, "per_second": messages / answer["seconds"]})


def relay_local(run: Run) -> None:
    """Both parties in one process: ours under uvicorn (recommended for production) and under daphne (the demo)."""
    for name, server in zip(LOCAL_NAMES, ("uvicorn", "daphne"), strict=True):
        if not run.wants(name):
            continue
        with (
            redis_server() as redis,
            postgres_server() as database,
            stock(redis_url(redis)) as peer,
            ours(database, server=server) as mine,
            LoadClient() as peer_client,
            LoadClient() as client,
        ):
            peer_client.ask("open", server="stock", urls=peer.urls, pairs=PAIRS_OF_PEOPLE)
            enter(client, mine)
            run.beside(
                [Figure(name, "ms CPU per message", STOCK)],
                lambda client=client, mine=mine: relay(client, mine, OUR_MESSAGES),  # type: ignore[misc]
                lambda client=peer_client, peer=peer: relay(client, peer, STOCK_MESSAGES),  # type: ignore[misc]
                {**WHAT, "server": server},
            )


def relay_redis(run: Run) -> None:
    """The two parties in different processes, Redis between them; and a burst from one process into the other."""
    with (
        redis_server() as redis,
        postgres_server() as database,
        stock(redis_url(redis), processes=2) as peer,
        ours(database, server="uvicorn", redis=redis_url(redis), processes=2) as mine,
        LoadClient() as peer_client,
        LoadClient() as client,
    ):
        peer_client.ask("open", server="stock", urls=peer.urls, pairs=PAIRS_OF_PEOPLE)
        enter(client, mine)
        if run.wants("signalling/relay_cpu_redis"):
            run.beside(
                [Figure("signalling/relay_cpu_redis", "ms CPU per message", f"{STOCK}, two processes")],
                lambda: relay(client, mine, OUR_MESSAGES // 2),
                lambda: relay(peer_client, peer, STOCK_MESSAGES),
                {**WHAT, "server": "uvicorn", "processes": 2},
            )
        if run.wants("signalling/burst_lost"):
            run.alone(
                Figure("signalling/burst_lost", f"messages of {BURST}", f"{STOCK}, two processes"),
                lambda: Leg(client.ask("burst", messages=BURST)["lost"]),
                max,
                {**WHAT, "server": "uvicorn", "processes": 2, "reduced_by": "worst run"},
                peer=lambda: Leg(peer_client.ask("burst", messages=BURST)["lost"]),
            )


def slow_query(run: Run) -> None:
    """p99 of ping → pong while another client causes 200 ms queries, beside the same process without them."""
    with (
        postgres_server() as database,
        ours(database, server="uvicorn") as mine,
        LoadClient() as client,
    ):
        enter(client, mine)
        client.ask("echo", count=ECHOES, slow=False)  # warm

        def echo(slow: bool) -> Leg:
            latencies = client.ask("echo", count=ECHOES, slow=slow)["latencies"]
            return Leg(percentile(latencies, 0.99), latencies, {"p50_ms": percentile(latencies, 0.5)})

        run.beside(
            [Figure(SLOW_NAMES[0], "ms", "the same process without the slow queries")],
            lambda: echo(slow=True),
            lambda: echo(slow=False),
            {"echoes_per_leg": ECHOES, "query_ms": 200, "database": "PostgreSQL", "server": "uvicorn"},
        )
