"""One measuring job in its own process: `python worker.py REQUEST`, both request and answer in JSON.

The answer is the last line on stdout; frameworks may print what they like before it.
"""

import json
import sys
from importlib import import_module
from math import ceil
from pathlib import Path
from statistics import median
from time import perf_counter

from plan import NETWORKS, PEERS, Network

CHOICE_STEPS = 400
ENOUGH_SECONDS = 1.0
MOST_EPOCHS = 30

Request = dict
Answer = dict


def main() -> None:
    request = json.loads(sys.argv[1])
    answer = JOBS[request["job"]](request)
    print(json.dumps(answer))


def write_table(request: Request) -> Answer:
    from peers.task import write_table

    write_table(Path(request["folder"]), request["rows"])
    return {}


def write_loans(request: Request) -> Answer:
    from neurode.datasets import make_loans

    make_loans(request["rows"], seed=0).write_csv(request["path"])
    return {}


def measure_sgemm(request: Request) -> Answer:
    """The best rate of a float32 matrix product on one core, in operations per second."""
    import numpy as np
    from threadpoolctl import threadpool_limits

    rates = {}
    with threadpool_limits(1):
        for size in (256, 384, 512, 768, 1024):
            left, right = np.random.default_rng(0).random((2, size, size), dtype=np.float32)
            out = left @ right
            seconds = min(timed(lambda: np.matmul(left, right, out=out)) for _ in range(30))  # noqa: B023
            rates[size] = 2 * size**3 / seconds
    return {"flops_per_second": max(rates.values()), "size": max(rates, key=rates.get)}


def choose(request: Request) -> Answer:
    """The fastest setting for each network."""
    peer = peer_module(request)
    if len(peer.CHOICES) == 1:
        return {network.name: peer.CHOICES[0] for network in NETWORKS}
    return {network.name: fastest(peer, read_task(request, network)) for network in NETWORKS}


def fastest(peer, task) -> dict:
    """By the best of four short epochs, in two passes, so that one slow moment decides nothing."""
    short = task.shortened(CHOICE_STEPS, epochs=3)
    numbered = [*enumerate(peer.CHOICES)] * 2
    trials = [(min(peer.fit(short, choice).seconds[1:]), number) for number, choice in numbered]
    return peer.CHOICES[min(trials)[1]]


def fit(request: Request) -> Answer:
    """Microseconds per step of every epoch after the warm-up, for each network."""
    peer = peer_module(request)
    return {network.name: fit_network(peer, request, network) for network in NETWORKS}


def fit_network(peer, request: Request, network: Network) -> Answer:
    task, choice = read_task(request, network), request["choices"][network.name]
    clock = peer.fit(task, choice)
    seconds = clock.seconds[1:]
    if sum(seconds) < ENOUGH_SECONDS:
        # A steady median of short epochs takes more of them; the loss stays that of equally many epochs.
        epochs = min(MOST_EPOCHS, ceil(ENOUGH_SECONDS / median(seconds)))
        seconds = peer.fit(task.with_epochs(1 + epochs), choice).seconds[1:]
    return {"microseconds": [value / task.steps * 1e6 for value in seconds], "loss": clock.losses[-1]}


def first_fit(request: Request) -> Answer:
    """Seconds to construct, compile and fit one epoch, imports and data already there."""
    peer = peer_module(request)
    network = next(network for network in NETWORKS if network.name == request["network"])
    task, choice = read_task(request, network), request["choices"][network.name]
    return {"fit_seconds": timed(lambda: peer.fit(task, choice))}


def peer_module(request: Request):
    return import_module(f"peers.{PEERS[request['peer']].module}")


def read_task(request: Request, network: Network):
    from peers.task import read_task

    return read_task(Path(request["folder"]), network, request["epochs"])


def timed(action) -> float:
    begin = perf_counter()
    action()
    return perf_counter() - begin


JOBS = {
    "write_table": write_table,
    "write_loans": write_loans,
    "measure_sgemm": measure_sgemm,
    "choose": choose,
    "fit": fit,
    "first_fit": first_fit,
}

if __name__ == "__main__":
    main()
