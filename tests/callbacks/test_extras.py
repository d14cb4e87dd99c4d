import sys
from types import ModuleType

import pytest

from neurode.callbacks.extras import MissingPackageError, needed


def test_a_package_that_is_missing_is_named_with_its_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "some_package", None)
    with pytest.raises(
        MissingPackageError, match=r"the thing needs the package 'some-package'.*\n.*pip install some-package"
    ):
        needed("some_package", "some-package", "the thing")


def test_a_package_that_is_there_is_given(monkeypatch):
    module = ModuleType("some_package")
    monkeypatch.setitem(sys.modules, "some_package", module)
    assert needed("some_package", "some-package", "the thing") is module


def test_a_package_that_misses_one_itself_says_so(monkeypatch, tmp_path):
    (tmp_path / "broken_package.py").write_text("import no_such_module_of_all")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_module_of_all") as caught:
        needed("broken_package", "broken-package", "the thing")
    assert not isinstance(caught.value, MissingPackageError)
