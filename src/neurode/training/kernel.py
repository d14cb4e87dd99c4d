"""What can be one kernel: the gathering of a batch, and the whole epoch of a single neuron.

XLA can put sums and elementwise work into one kernel for the CPU, but no matrix product, sort or scatter. So
what a step computes is looked through, functions of the user's own included.
"""

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr

from neurode.layers import Activation, Dense, Layer, TableEncoding
from neurode.optimizers import OPTIMIZERS
from neurode.training.compilation import alone_options, cpu_options, in_one_kernel
from neurode.training.objective import look, observed
from neurode.training.state import Batch, Rows, Totals, TrainState
from neurode.training.task import Task

ELEMENTWISE = {
    "abs", "add", "add_any", "and", "ceil", "clamp", "copy", "copy_p", "cos", "div", "eq", "erf", "exp",
    "exp2", "expm1", "floor", "ge", "gt", "integer_pow", "is_finite", "le", "log", "log1p", "logistic", "lt",
    "max", "min", "mul", "ne", "neg", "not", "or", "pow", "rem", "round", "rsqrt", "select_n", "sign", "sin",
    "sqrt", "square", "stop_gradient", "sub", "tanh", "xor",
    "broadcast_in_dim", "concatenate", "convert_element_type", "expand_dims", "iota", "pad", "reshape", "rev",
    "slice", "squeeze", "transpose",
    "reduce_and", "reduce_max", "reduce_min", "reduce_or", "reduce_prod", "reduce_sum",
}  # fmt: skip
"""Operations that one kernel can hold."""

CONTROL_FLOW = {"cond", "scan", "while"}

Train = Callable[..., tuple[TrainState, Totals, tuple]]


def compiled(task: Task, train: Train) -> Train:
    """The epoch of a single neuron as one kernel; larger networks need a library's matrix products.

    A step of 77-1 at batch 32 then takes 1.9 microseconds instead of 5.5.
    """
    plain = jax.jit(train, compiler_options=cpu_options())
    if not _is_neuron(task) or not alone_options():
        return plain
    kernel = jax.jit(in_one_kernel(train), compiler_options=alone_options())
    fits: dict[int, bool] = {}

    def one_kernel_or_many(now: TrainState, totals: Totals, rows: Rows, *rest: Any) -> Any:
        if rows.size not in fits:
            # A table of one row is left alone, as an epoch of one step is in the program.
            fits[rows.size] = rows.size > 1 and _is_elementwise(task, now, totals, rows)
        return (kernel if fits[rows.size] else plain)(now, totals, rows, *rest)

    return one_kernel_or_many


def _is_neuron(task: Task) -> bool:
    """Whether the network multiplies by vectors only, and the optimiser moves every weight alone."""
    network, optimizer = task.network, task.optimizer
    single = len(task.outputs) == len(network.inputs) == 1
    plain = optimizer.elementwise and not callable(optimizer.learning_rate)
    return single and plain and all(_is_vector_work(layer) for layer in network.layers)


def _is_vector_work(layer: Layer) -> bool:
    if isinstance(layer, TableEncoding):
        return not layer.embeds  # The gradient of an embedding is a scatter.
    return isinstance(layer, Dense | Activation) and getattr(layer, "units", 1) == 1


def has_control_flow(task: Task, now: TrainState, totals: Totals, rows: Rows) -> bool:
    """Whether a step holds a loop or a branch of its own, in a function of a person's own for example.

    XLA (jaxlib 0.10) ends the process where a kernel of ours stands beside such a loop.
    """
    if type(task.optimizer) not in OPTIMIZERS.values():
        return True
    names = (equation.primitive.name for equation in _equations_of_step(task, now, totals, rows))
    return any(name in CONTROL_FLOW for name in names)


def _is_elementwise(task: Task, now: TrainState, totals: Totals, rows: Rows) -> bool:
    """Whether the loss, its gradient and the metrics of a batch are sums and elementwise work."""
    return all(map(_is_allowed, _equations_of_step(task, now, totals, rows, backward=True)))


def _equations_of_step(
    task: Task, now: TrainState, totals: Totals, rows: Rows, *, backward: bool = False
) -> Iterator[Any]:
    """The operations of the pass forward, and backward if asked for, and of the metrics."""

    def objective(params: Any, now: TrainState, batch: Batch) -> Any:
        seen = look(task, params, now.state, batch, train=True, key=jax.random.key(0))
        return seen.loss, seen

    def step(now: TrainState, totals: Totals, batch: Batch) -> Any:
        if not backward:
            return observed(task, totals, batch, objective(now.params, now, batch)[1])
        (_, seen), gradient = jax.value_and_grad(objective, has_aux=True)(now.params, now, batch)
        return gradient, observed(task, totals, batch, seen)

    shape = lambda array: jax.ShapeDtypeStruct((2, *array.shape[1:]), array.dtype)  # noqa: E731
    x, y, weight = jax.tree.map(shape, tuple(rows))
    mask: Any = jax.ShapeDtypeStruct((2,), jnp.float32)
    return _equations(jax.make_jaxpr(step)(now, totals, Batch(x, y, weight, mask)).jaxpr)


def _equations(jaxpr: Jaxpr) -> Iterator[Any]:
    """Every operation, those inside calls after the calls."""
    for equation in jaxpr.eqns:
        inner = [
            part.jaxpr if isinstance(part, ClosedJaxpr) else part
            for value in equation.params.values()
            for part in (value if isinstance(value, tuple) else (value,))
            if isinstance(part, ClosedJaxpr | Jaxpr)
        ]
        if not inner or equation.primitive.name in CONTROL_FLOW:
            yield equation
        for part in inner:
            yield from _equations(part)


def _is_allowed(equation: Any) -> bool:
    name = equation.primitive.name
    if name != "dot_general":
        return name in ELEMENTWISE
    (contracted, _), _ = equation.params["dimension_numbers"]
    left, right = (variable.aval for variable in equation.invars)
    summed = int(np.prod([left.shape[axis] for axis in contracted]))
    return summed in (left.size, right.size)
