"""What the speed benchmark measures: the networks, the peers, and the floors neurode must reach."""

from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import pairwise

FEATURES = 77


@dataclass(frozen=True)
class Network:
    """A dense network with one sigmoid output, and the batch size it is trained with."""

    hidden_units: tuple[int, ...]
    batch_size: int

    @property
    def name(self) -> str:
        units = "-".join(str(units) for units in (FEATURES, *self.hidden_units, 1))
        return f"{units}, batch {self.batch_size}"

    def flops_per_step(self) -> int:
        """Multiplications and additions of the matrix products: 2·B·(3·Σ in·out − in₁·out₁).

        Forward, weight gradient and input gradient cost a product each; the table needs no gradient.
        """
        sizes = (FEATURES, *self.hidden_units, 1)
        products = [inputs * outputs for inputs, outputs in pairwise(sizes)]
        return 2 * self.batch_size * (3 * sum(products) - products[0])


NETWORKS = (Network((), 32), Network((12, 12), 32), Network((64, 64), 32), Network((64, 64), 256))
FIRST_FIT_NETWORKS = NETWORKS[:3]


@dataclass(frozen=True)
class Peer:
    """One way of training the networks: a module of `peers/`, the packages it needs, and its environment."""

    label: str
    module: str
    packages: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)

    def missing_packages(self) -> list[str]:
        return [package for package in self.packages if find_spec(package) is None]


TENSORFLOW = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
JAX = {"KERAS_BACKEND": "jax"}
OURS = "neurode"

PEERS = {
    "keras_tensorflow": Peer("Keras 3 (TensorFlow)", "keras_fit", ("keras", "tensorflow"), TENSORFLOW),
    "keras_tensorflow_steps": Peer(
        "Keras 3 (TensorFlow), several steps a call",
        "keras_steps_fit",
        ("keras", "tensorflow"),
        TENSORFLOW,
    ),
    "keras_jax": Peer("Keras 3 (JAX)", "keras_fit", ("keras", "jax"), JAX),
    "keras_jax_steps": Peer("Keras 3 (JAX), several steps a call", "keras_steps_fit", ("keras", "jax"), JAX),
    "torch": Peer("PyTorch eager", "torch_fit", ("torch",)),
    "sklearn": Peer("scikit-learn MLPClassifier", "sklearn_fit", ("sklearn",)),
    OURS: Peer("neurode", "neurode_fit", ("neurode",)),
}

SPEED_FLOORS = {
    NETWORKS[0].name: {"keras_tensorflow": 100, "keras_jax": 30, "torch": 35, "sklearn": 15},
    NETWORKS[1].name: {"keras_tensorflow": 60, "keras_jax": 12, "torch": 18, "sklearn": 10},
    NETWORKS[2].name: {"keras_tensorflow": 20, "keras_jax": 6, "torch": 9, "sklearn": 6},
}
"""How many times longer than neurode's a peer's step must take."""

ROOFLINE_FLOORS = {NETWORKS[2].name: 0.5}
FIRST_FIT_CEILING_SECONDS = 1.0
TABLE_TIME_RATIO_FLOOR = 5
TABLE_MEMORY_RATIO_FLOOR = 4
