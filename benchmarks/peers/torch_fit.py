"""PyTorch eager as a careful user writes it: tensors in memory, no DataLoader, no Python number in the step.

Rows are gathered once an epoch, which is no slower than once a batch. Tried: one and two threads, the three
implementations of Adam.
"""

from itertools import product

import torch
from torch import nn

from peers.task import EPSILON, LEARNING_RATE, SEED, Clock, Task

CHOICES = [
    {"threads": threads, "adam": adam} for threads, adam in product((1, 2), ("for-loop", "foreach", "fused"))
]


def fit(task: Task, choice: dict) -> Clock:
    clock = Clock()
    torch.set_num_threads(choice["threads"])
    torch.manual_seed(SEED)
    features, target = torch.from_numpy(task.features), torch.from_numpy(task.target[:, None])
    network = build(task.network.hidden_units, features.shape[1])
    optimizer = torch.optim.Adam(
        network.parameters(),
        LEARNING_RATE,
        eps=EPSILON,
        foreach=choice["adam"] == "foreach",
        fused=choice["adam"] == "fused",
    )
    for _ in range(task.epochs):
        batches = shuffled_batches(features, target, task.network.batch_size)
        clock.end_epoch(train_epoch(network, optimizer, batches) / len(target))
    return clock


def build(hidden_units: tuple[int, ...], features: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for units in hidden_units:
        layers += [dense(features, units), nn.ReLU()]
        features = units
    return nn.Sequential(*layers, dense(features, 1))


def dense(inputs: int, units: int) -> nn.Linear:
    layer = nn.Linear(inputs, units)
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def shuffled_batches(features, target, batch_size: int):
    order = torch.randperm(len(target))
    return zip(features[order].split(batch_size), target[order].split(batch_size))


def train_epoch(network: nn.Sequential, optimizer: torch.optim.Optimizer, batches) -> float:
    loss_function = nn.BCEWithLogitsLoss()
    total = torch.zeros(())
    for features, target in batches:
        optimizer.zero_grad(set_to_none=True)
        loss = loss_function(network(features), target)
        loss.backward()
        optimizer.step()
        total += loss.detach() * len(target)
    return total.item()
