"""Runs LocalStack so that a signal ends it: its server stops an event loop that sleeps until the next connection."""

from localstack.runtime.main import main
from localstack.runtime.server.hypercorn import HypercornRuntimeServer

stop_loop = HypercornRuntimeServer.shutdown


def shutdown(server):
    stop_loop(server)
    server.loop.call_soon_threadsafe(server.loop.stop)


HypercornRuntimeServer.shutdown = shutdown
main()
