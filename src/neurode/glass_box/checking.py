"""Finite differences beside the gradients: is the slope that was computed the slope there is?"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree

from neurode.glass_box.double import in_double_precision
from neurode.glass_box.watching import is_real
from neurode.training import Task
from neurode.training.compilation import once_options
from neurode.training.objective import look
from neurode.training.state import Batch
from neurode.typing import Params, State

STEP = 1e-6
"""How far a number is moved, relative to its size where that is above 1."""

TOLERANCE = 1e-3
"""The largest relative difference that is still rounding: gradients are float32."""

MOST_NUMBERS = 8
"""Numbers of an array that are moved."""

MOST_PRODUCTS = 2e9
"""Products that the check may cost; a large network has fewer numbers moved, at least one an array."""


@dataclass(frozen=True)
class ArrayCheck:
    """How one array of gradients compares with finite differences.

    Args:
        path: The array: a weight such as `dense/kernel`, or an input such as `inputs/features`.
        size: How many numbers it has.
        checked: How many were compared.
        at_edges: How many more were met where the loss jumps or the step crosses a corner: it has no slope.
        difference: The largest difference, relative to the largest gradient of the array.
    """

    path: str
    size: int
    checked: int
    at_edges: int
    difference: float


@dataclass(frozen=True)
class GradientCheck:
    """Gradients against central differences of the same program in double precision.

    Args:
        arrays: Every array of weights and inputs that has a gradient.
        tolerance: The largest relative difference that counts as agreement.

    Example:
        >>> check = GradientCheck((ArrayCheck("dense/kernel", 6, 6, 0, 2e-7),))
        >>> check.agrees, str(check)[:52]
        (True, 'gradients agree with finite differences in float64: ')
    """

    arrays: tuple[ArrayCheck, ...]
    tolerance: float = TOLERANCE

    @property
    def agrees(self) -> bool:
        """Whether every difference is within the tolerance."""
        return all(array.difference <= self.tolerance for array in self.arrays)

    @property
    def checked(self) -> int:
        """How many numbers were compared."""
        return sum(array.checked for array in self.arrays)

    def __str__(self) -> str:
        if not self.checked:
            return "no gradient to compare with finite differences"
        worst = max(self.arrays, key=lambda array: array.difference)
        edges = sum(array.at_edges for array in self.arrays)
        return (
            f"gradients {'agree' if self.agrees else 'DISAGREE'} with finite differences in float64: "
            f"{self.checked:,} numbers, largest relative difference {worst.difference:.1e} in {worst.path}"
            + (f"; {edges:,} more lie where the loss has an edge" if edges else "")
        )


def checked_gradients(
    task: Task,
    params: Params,
    state: State,
    batch: Batch,
    noise: Any,
    gradients: Mapping[str, np.ndarray],
    *,
    train: bool,
) -> GradientCheck:
    """Compares a sample of each array of gradients with finite differences.

    Args:
        task: What is learned.
        params: The weights.
        state: Weights that do not train.
        batch: The rows.
        noise: Random bytes of dropout and the like.
        gradients: By path, in the order in which JAX flattens the weights that train and then the inputs.
        train: Whether the pass was one of training.
    """
    trained = {id(leaf) for leaf in jax.tree.leaves(task.network.trained(params)[0])}
    of_weights, of_inputs = jax.tree.leaves(params), jax.tree.leaves(batch.x)
    leaves, structure = jax.tree.flatten((params, batch.x, (state, batch, noise)))
    moved = [number for number, leaf in enumerate(of_weights) if id(leaf) in trained]
    moved += [len(of_weights) + number for number, leaf in enumerate(of_inputs) if is_real(leaf)]
    if not moved:
        return GradientCheck(())
    leaves = [np.asarray(leaf) for leaf in leaves]
    values = [leaves[number].astype(np.float64).reshape(-1) for number in moved]
    slopes = [np.asarray(gradient, np.float64).reshape(-1) for gradient in gradients.values()]
    most = _most_numbers(len(batch.y[0]), sum(leaf.size for leaf in of_weights), len(moved))
    places = [_sample(slope, value, most) for slope, value in zip(slopes, values)]
    starts = np.cumsum([0, *(value.size for value in values)])[:-1]
    where = np.concatenate([start + own for start, own in zip(starts, places)]).astype(np.int64)
    if not where.size:
        return GradientCheck(())
    steps = STEP * np.maximum(1, np.abs(np.concatenate(values)[where]))
    shapes = tuple((leaf.shape, leaf.dtype) for leaf in leaves)
    program = _losses_beside(task, train, structure, shapes, tuple(moved))
    with jax.enable_x64(True):
        found = np.asarray(program(leaves, where, steps))
    slope = np.concatenate(slopes)[where]
    largest = max(np.abs(own).max(initial=0) for own in slopes)
    cuts = np.cumsum([len(own) for own in places])[:-1]
    own_parts = zip(slopes, *(np.split(part, cuts) for part in (slope, found, steps)))
    return GradientCheck(
        tuple(
            _compared(path, own, own_slope, losses, own_steps, largest)
            for path, (own, own_slope, losses, own_steps) in zip(gradients, own_parts)
            if own.size
        )
    )


@functools.lru_cache(maxsize=32)
def _losses_beside(
    task: Task, train: bool, structure: Any, shapes: tuple[Any, ...], moved: tuple[int, ...]
) -> Callable[..., Any]:
    """`(leaves, places, steps) -> losses (places, 5)`: a step ahead, back, half of each, and where we are."""

    def loss(*leaves: Any) -> Any:
        params, x, (state, batch, noise) = jax.tree.unflatten(structure, leaves)
        return look(task, params, state, batch._replace(x=x), train=train, key=noise).loss

    program = in_double_precision(jax.make_jaxpr(loss)(*[jax.ShapeDtypeStruct(*shape) for shape in shapes]))

    @functools.partial(jax.jit, compiler_options=once_options())
    def run(leaves: Any, places: Any, steps: Any) -> Any:
        vector, restored = ravel_pytree([leaves[number].astype(jnp.float64) for number in moved])

        def at(change: tuple[Any, Any]) -> Any:
            place, step = change
            own = dict(zip(moved, restored(vector.at[place].add(step))))
            return program(*[own.get(number, leaf) for number, leaf in enumerate(leaves)])[0]

        changes = steps[:, None] * jnp.array([1.0, -1.0, 0.5, -0.5, 0.0])[None, :]
        losses = jax.lax.map(at, (jnp.repeat(places, 5), changes.reshape(-1)))
        return losses.reshape(-1, 5)

    return run


def _most_numbers(rows: int, weights: int, arrays: int) -> int:
    products = 10.0 * max(rows, 1) * max(weights, 1) * max(arrays, 1)
    return int(np.clip(MOST_PRODUCTS / products, 1, MOST_NUMBERS))


def _sample(slope: np.ndarray, value: np.ndarray, most: int) -> np.ndarray:
    """Numbers of an array to move: half of them those with the largest gradients, the rest at random."""
    known = np.flatnonzero(np.isfinite(value))
    if len(known) <= most:
        return known
    steepest = known[np.argsort(-np.abs(slope[known]), kind="stable")[: (most + 1) // 2]]
    others = np.setdiff1d(known, steepest)
    return np.concatenate([steepest, np.random.default_rng(0).permutation(others)[: most // 2]])


def _compared(
    path: str, own: np.ndarray, slope: np.ndarray, losses: np.ndarray, steps: np.ndarray, largest: float
) -> ArrayCheck:
    ahead, back, half_ahead, half_back, here = losses.T
    central, closer = (ahead - back) / (2 * steps), (half_ahead - half_back) / steps
    # What is small beside the gradients of the whole network may be rounding only.
    scale = max(np.abs(own).max(initial=0), np.abs(central).max(initial=0), 1e-4 * largest)
    # A slope does not depend on the size of the step. A jump does, and so does a corner that is stepped over.
    at_edge = np.abs(closer - central) > 0.05 * np.abs(central) + TOLERANCE * scale
    # In a corner itself any slope between those of the two sides is one.
    sides = (ahead - here) / steps, (here - back) / steps
    low, high = np.minimum(np.minimum(*sides), central), np.maximum(np.maximum(*sides), central)
    is_corner = high - low > TOLERANCE * scale
    nearest = np.where(is_corner, np.clip(slope, low, high), central)
    differences = np.abs(slope - nearest)[~at_edge]
    # Not a number is no agreement.
    difference = float(np.nan_to_num(differences, nan=np.inf).max(initial=0) / (scale or 1))
    return ArrayCheck(path, own.size, int((~at_edge).sum()), int(at_edge.sum()), difference)
