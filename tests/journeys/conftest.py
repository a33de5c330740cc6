"""The site with a desk that the journeys of submitters and stewards share in form, each module its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..conftest import ROOT, start_site
from .desk import Desk

try:
    from ..web.identity import CLIENT, SECRET, IdentityProvider
except ImportError:
    IdentityProvider = None  # type: ignore[assignment,misc]  # the extra oidc is not installed


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    state = tmp_path_factory.mktemp("desk")
    settings = state / "settings.toml"
    identity = IdentityProvider() if IdentityProvider is not None else None
    said = "submission_rate = 500\n"
    if identity is not None:
        said += f'oidc_issuer = "{identity.issuer}"\noidc_client = "{CLIENT}"\noidc_secret = "{SECRET}"\n'
    settings.write_text(said, "utf-8")
    site = start_site(state / "state", ROOT, "--unchecked", "--config", str(settings))
    site.await_checker()
    try:
        yield Desk.at(site, identity)
    finally:
        site.stop()
        if identity is not None:
            identity.stop()
