"""Pages that a script writes are what it writes now."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def test_the_page_for_keras_users_is_up_to_date():
    written = runpy.run_path(str(DOCS / "keras_page.py"))["page"]()
    assert (DOCS / "keras.md").read_text() == written, "run python docs/keras_page.py"
