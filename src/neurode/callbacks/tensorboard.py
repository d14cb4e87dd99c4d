"""Curves and histograms of a fit for TensorBoard."""

import os
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from neurode.callbacks.callback import Callback, Logs
from neurode.callbacks.extras import needed
from neurode.callbacks.learning_rate import learning_rate_of
from neurode.errors import ArgumentError, FileError


class TensorBoard(Callback):
    """Writes loss and metrics to a folder that TensorBoard shows, in Keras's layout.

    `log_dir/train` and `log_dir/validation` each have `epoch_loss` and so on, by epoch from 0; training has
    `epoch_learning_rate` as well. Evaluations are in `validation` as `evaluation_loss_vs_iterations`, by the
    steps taken. It needs the package tensorboardX; the page itself needs the package tensorboard:
    `tensorboard --logdir logs`.

    Args:
        log_dir: The folder, of its own for every fit.
        histogram_freq: Epochs between histograms of the weights, 0 for none.
        write_graph: Accepted for Keras's sake, without effect: `model.summary()` shows the layers.
        write_images: Whether to write the weights as grey images with the histograms.
        write_steps_per_second: Whether to write the speed.
        update_freq: `"epoch"`; or a number of batches after which to write `batch_loss` and so on as well,
            `"batch"` for 1. A number turns epochs into single steps, which is slow.
        profile_batch: Not offered, with a warning: an epoch is one program, so a batch cannot be measured
            alone. `jax.profiler.trace` measures a whole fit.
        embeddings_freq: Not offered, with a warning.
        embeddings_metadata: As `embeddings_freq`.

    Raises:
        MissingPackageError: When a fit begins, if tensorboardX is not installed.
        ArgumentError: If `update_freq` is neither.
        FileError: If the folder cannot be written.

    Example:
        >>> TensorBoard("logs", histogram_freq=1).watches_batches
        False
    """

    def __init__(
        self,
        log_dir: Any = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        if update_freq not in ("batch", "epoch") and (isinstance(update_freq, str) or update_freq < 1):
            raise ArgumentError(f"update_freq={update_freq!r}", hint="give 'epoch', 'batch' or a number")
        for name, value in (("profile_batch", profile_batch), ("embeddings_freq", embeddings_freq)):
            if value:
                warnings.warn(f"TensorBoard does not offer {name}; nothing is written for it", stacklevel=2)
        self.log_dir, self.histogram_freq = os.fspath(log_dir), histogram_freq
        self.write_graph, self.write_images = write_graph, write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq: str | int = 1 if update_freq == "batch" else update_freq
        self._writers: dict[str, Any] = {}
        self._batches, self._begun = 0, (0, 0.0)

    @property
    def watches_batches(self) -> bool:
        """Whether it writes batches."""
        return self.update_freq != "epoch"

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._batches = 0
        self._writer("train")

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._begun = (self._steps, time.perf_counter())

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._batches += 1
        self._batch_begun = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if isinstance(self.update_freq, str) or self._batches % self.update_freq:
            return
        seen = dict(logs or {})
        if self.write_steps_per_second:
            seen["steps_per_second"] = 1 / max(time.perf_counter() - self._batch_begun, 1e-9)
        self._scalars("train", {f"batch_{name}": value for name, value in seen.items()}, self._batches)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        train = {name: value for name, value in logs.items() if not name.startswith("val_")}
        train["learning_rate"] = learning_rate_of(self.model)
        if self.write_steps_per_second:
            steps, begun = self._begun
            train["steps_per_second"] = (self._steps - steps) / max(time.perf_counter() - begun, 1e-9)
        seen = {name[4:]: value for name, value in logs.items() if name.startswith("val_")}
        for part, values in (("train", train), ("validation", seen)):
            self._scalars(part, {f"epoch_{name}": value for name, value in values.items()}, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._weights(epoch)

    def on_test_end(self, logs: Logs | None = None) -> None:
        scalars = {f"evaluation_{name}_vs_iterations": value for name, value in (logs or {}).items()}
        self._scalars("validation", scalars, self._steps)

    def on_train_end(self, logs: Logs | None = None) -> None:
        for part, writer in self._writers.items():
            with _named(Path(self.log_dir) / part):
                writer.close()
        self._writers = {}

    @property
    def _steps(self) -> int:
        return int(self.model.train_state.step)

    def _writer(self, part: str) -> Any:
        if part not in self._writers:
            folder = Path(self.log_dir) / part
            module = needed("tensorboardX", "tensorboardX", "the callback TensorBoard")
            with _named(folder):
                self._writers[part] = module.SummaryWriter(str(folder))
        return self._writers[part]

    def _scalars(self, part: str, values: dict[str, Any], step: int) -> None:
        if not values:
            return
        writer = self._writer(part)
        with _named(Path(self.log_dir) / part):
            for name, value in values.items():
                if isinstance(value, list):
                    for unit, one in enumerate(value):
                        writer.add_scalar(f"{name}_{unit}", one, step)
                else:
                    writer.add_scalar(name, value, step)
            writer.flush()

    def _weights(self, epoch: int) -> None:
        writer = self._writer("train")
        with _named(Path(self.log_dir) / "train"):
            for layer in self.model.layers:
                for weight in layer.weights:
                    path, values = f"{self.model.name}/{weight.path}", np.asarray(weight)
                    writer.add_histogram(f"{path}/histogram", values, epoch)
                    image = _image_of(values)
                    if self.write_images and image is not None:
                        writer.add_image(f"{path}/image", image, epoch, dataformats="HW")
            writer.flush()


@contextmanager
def _named(folder: Path) -> Iterator[None]:
    """Names the folder in what goes wrong."""
    try:
        yield
    except OSError as error:
        raise FileError(
            f"cannot write {str(folder)!r}: {error.strerror or error}",
            hint="choose a folder that is yours and has space",
        ) from error


def _image_of(values: np.ndarray) -> np.ndarray | None:
    """The weights as a grey image, wider than high, from 0 to 1; None for three axes or more."""
    flat = np.atleast_2d(np.squeeze(values))
    if flat.ndim > 2:
        return None
    wide = flat.T if flat.shape[0] > flat.shape[1] else flat
    span = np.ptp(wide)
    return (wide - wide.min()) / (span or 1)
