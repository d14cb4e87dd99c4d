"""A network between symbolic tensors, with its weights: the layers, what feeds what, and the summary."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from neurode.errors import NotFittedError, UnknownNameError
from neurode.layers import Graph, InputLayer, Operation, Placed, Tensor, Weight
from neurode.layers.tensor import is_symbolic, with_rows, without_rows
from neurode.models import seeding
from neurode.models.data import InputSpec, to_inputs
from neurode.models.summary import summary_of
from neurode.models.tracing import output_names, trace
from neurode.training import TrainState, initializer
from neurode.typing import Params, State


class Network(Placed):
    """What a model is before it learns. People make a `Model` or a `Sequential`."""

    def __init__(
        self, inputs: Any = None, outputs: Any = None, name: str | None = None, *, seed: int | None = None
    ) -> None:
        self.name = name
        self.seed = seeding.checked(seed)
        self._inputs: tuple[Tensor, ...] = ()
        self._outputs: tuple[Tensor, ...] = ()
        self._input_keys = tuple(sorted(inputs)) if isinstance(inputs, Mapping) else None
        self._output_keys = tuple(sorted(outputs)) if isinstance(outputs, Mapping) else None
        self._owners: tuple[tuple[str, Placed], ...] = ()
        self._network: Graph | None = None
        self._progress: tuple[Any, Any, Any] = (np.int32(0), None, np.float32(0))
        if inputs is not None or outputs is not None:
            self._connect(_tensors(inputs), _tensors(outputs))

    def _connect(self, inputs: tuple[Any, ...], outputs: tuple[Any, ...]) -> None:
        """Makes this the model between these tensors; layers that have weights keep them."""
        self._inputs, self._outputs = inputs, outputs
        self._retrace()
        own = [owner for _, owner in self._owners]
        if not all(owner.built for owner in own):
            params, state = initializer(self.network, self.input_shape_of_rows)(self.seed)
            for name, owner in self._owners:
                if not owner.built:
                    kept = owner.place.state or {}
                    owner.write_weights(params.get(name, {}), {**state.get(name, {}), **kept})
        self._restart_optimizer()

    def _retrace(self) -> None:
        """Reads the network off again: what was set on layers since then, such as `trainable`, counts."""
        self._network, self._owners = trace(self._inputs, self._outputs)

    @property
    def network(self) -> Graph:
        """The layers as one frozen spec.

        Raises:
            NotFittedError: If the model is not built yet.
        """
        if self._network is None:
            raise NotFittedError(
                f"the model {self.name or self.kind!r} has no weights yet",
                hint="start it with Input((features,)), call build((None, features)), or fit it",
            )
        return self._network

    @property
    def kind(self) -> str:
        return "functional"

    @property
    def built(self) -> bool:
        """Whether the weights exist."""
        return self._network is not None

    @property
    def train_state(self) -> TrainState:
        """Everything that training changes. It is replaced as a whole, never changed in place."""
        step, opt_state, learning_rate = self._progress
        return TrainState(step, *self.read_weights(), opt_state, learning_rate)

    @train_state.setter
    def train_state(self, now: TrainState) -> None:
        self.write_weights(now.params, now.state)
        self._progress = (now.step, now.opt_state, now.learning_rate)

    def read_weights(self) -> tuple[Params, State]:
        self.network  # noqa: B018  A model that is not built has none.
        params: Params = {}
        state: State = {}
        for name, owner in self._owners:
            own_params, own_state = ({}, {}) if isinstance(owner, InputLayer) else owner.read_weights()
            params |= {name: own_params} if own_params else {}
            state |= {name: own_state} if own_state else {}
        return params, state

    def write_weights(self, params: Params, state: State) -> None:
        for name, owner in self._owners:
            if name in params or name in state or not owner.built:
                owner.write_weights(params.get(name, {}), state.get(name, {}))

    def __call__(self, *inputs: Any, training: bool = False) -> Any:
        x = inputs[0] if len(inputs) == 1 else inputs
        if isinstance(x, Mapping) and is_symbolic(dict(x)):
            if missing := [name for name in self.input_names if name not in x]:
                raise UnknownNameError("input", missing[0], list(x))
            x = [x[name] for name in self.input_names]
            x = x if len(x) > 1 else x[0]
        return self._as_given(super().__call__(x, training=training))

    def as_layer(self, name: str) -> Graph:
        self.network  # noqa: B018  A model that is not built is no layer.
        return trace(self._inputs, self._outputs).network.as_layer(name)  # type: ignore[return-value]

    def outputs_for(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        shapes = tuple(without_rows(tensor.shape) for tensor in inputs)
        given = shapes if len(shapes) > 1 else shapes[0]
        return tuple(Tensor(with_rows(shape)) for shape in self.network.output_shapes(given))

    def compute(self, x: Any, *, training: bool) -> Any:
        inputs = jax.tree.map(jnp.asarray, self._started(x))
        key = jax.random.key(self.seed) if training else None
        params, state = self.read_weights()
        y, after = self.network.apply(params, state, inputs, train=training, key=key)
        if training:
            self.write_weights(params, after)
        return list(y) if isinstance(y, tuple) else y

    @property
    def layers(self) -> list[Any]:
        """The layers, in Keras's order; ops such as `x + 1` are not among them."""
        return [owner for owner in self.operations if not isinstance(owner, Operation)]

    @property
    def operations(self) -> list[Any]:
        """Layers and ops, in Keras's order."""
        return [owner for _, owner in self._owners]

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """The layer called `name`, or at `index`.

        Raises:
            UnknownNameError: If there is no such layer.
        """
        if index is not None:
            count = len(self.layers)
            if not -count <= index < count:
                raise UnknownNameError("layer number", index, list(map(str, range(count))))
            return self.layers[index]
        own = dict(self._owners)
        if name not in own:
            raise UnknownNameError("layer", name, list(own))
        return own[name]

    @property
    def trainable(self) -> bool:
        """Whether any layer trains. Setting it sets all layers; it counts from the next `compile` on."""
        return any(layer.trainable for layer in self.layers)

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for layer in self.layers:
            layer.trainable = value

    @property
    def weights(self) -> list[Weight]:
        self.network  # noqa: B018  A model that is not built has none.
        return [weight for layer in self.layers for weight in layer.weights]

    @property
    def inputs(self) -> list[Tensor]:
        """The symbolic tensors where the network begins."""
        self.network  # noqa: B018
        return list(self._inputs)

    @property
    def outputs(self) -> list[Tensor]:
        """The symbolic tensors where the network ends."""
        self.network  # noqa: B018
        return list(self._outputs)

    @property
    def input(self) -> Any:
        return _alone(self.inputs)

    @property
    def output(self) -> Any:
        return _alone(self.outputs)

    @property
    def input_shape(self) -> Any:
        """The shape of the input, None for rows; a list of several."""
        return _alone([tensor.shape for tensor in self.inputs])

    @property
    def output_shape(self) -> Any:
        """The shape of the output, None for rows; a list of several."""
        return _alone([tensor.shape for tensor in self.outputs])

    @property
    def input_names(self) -> list[str]:
        """The names that a dict of inputs goes by."""
        return list(self._input_keys or self.network.inputs)

    @property
    def output_names(self) -> list[str]:
        """The names that a dict of targets, losses or metrics goes by."""
        self.network  # noqa: B018
        return list(self._output_keys or output_names(self._outputs, self._owners))

    @property
    def input_shape_of_rows(self) -> Any:
        """The shape of a row of the input, a tuple of shapes for several inputs; None if not known yet."""
        shapes = tuple(without_rows(tensor.shape) for tensor in self._inputs)
        return shapes[0] if len(shapes) == 1 else shapes or None

    def build(self, input_shape: Any = None) -> None:
        """Nothing to do for a model between tensors: it has its weights already."""
        self.network  # noqa: B018

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: tuple[str, str] | None = None,
    ) -> None:
        """Prints layers, output shapes, parameter counts and what feeds what, as Keras does.

        Args:
            line_length: Characters of a line; chosen to fit if left out.
            positions: Accepted for Keras's sake.
            print_fn: Called with the text instead of `print`.
            expand_nested: Whether to show the layers of models inside.
            show_trainable: Whether to say for each layer if it trains.
            layer_range: Names of the first and last layer to show.
        """
        text = summary_of(
            self,
            line_length,
            expand_nested=expand_nested,
            show_trainable=show_trainable,
            layer_range=layer_range,
        )
        (print_fn or print)(text)

    def _specs(self) -> list[InputSpec]:
        if not self.built:
            return [InputSpec("input")]
        return [
            InputSpec(name, without_rows(tensor.shape), tensor.dtype)
            for name, tensor in zip(self.input_names, self._inputs)
        ]

    def _to_inputs(self, x: Any) -> Any:
        for layer in self.layers:
            if hasattr(layer, "check_adapted"):
                layer.check_adapted()
        return to_inputs(x, self._specs())

    def _started(self, x: Any) -> Any:
        """Inputs for the network, which is built now if it waited for them."""
        if not self.built:
            self._start((self._to_inputs(x),))
        return self._to_inputs(x)

    def _start(self, batch: Any) -> None:
        """Builds a model that waited for its first rows to know their shape."""
        if not self.built and batch is not None:
            self.build((None, *np.shape(jax.tree.leaves(batch[0])[0])[1:]))

    def _as_given(self, outputs: Any) -> Any:
        """Outputs as the person gave them: by name, a list, or one."""
        if self._output_keys is None:
            return outputs
        return dict(zip(self._output_keys, outputs if len(self._output_keys) > 1 else [outputs]))

    def _restart_optimizer(self) -> None:
        self._progress = (np.int32(0), None, np.float32(0))


def _tensors(given: Any) -> tuple[Any, ...]:
    if isinstance(given, Mapping):
        return tuple(given[key] for key in sorted(given))  # Keras's order.
    return tuple(given) if isinstance(given, list | tuple) else (given,)


def _alone(several: list[Any]) -> Any:
    return several[0] if len(several) == 1 else several
