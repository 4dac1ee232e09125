"""Nothing but a public address is connected to, however it is written or hidden."""

import ipaddress
from collections.abc import AsyncIterator

import pytest

from adapters.web.addresses import Address, is_public
from tests.web_sites import HERE, PNG, PRIVATE, Site, leads_to, refusal, serving


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as site:
        yield site


@pytest.mark.parametrize("host", PRIVATE)
async def test_a_private_address_is_not_connected_to_however_it_is_written(site: Site, host: str) -> None:
    # The second one is where the server of this test really listens, as far as the spelling has room for a port.
    for place in (host, f"{host}:{site.port}"):
        await refusal(site, f"http://{place}/secret", is_public=is_public, resolver=None)

    assert site.asked == []


@pytest.mark.parametrize("host", PRIVATE)
async def test_a_redirect_to_a_private_address_is_not_followed(site: Site, host: str) -> None:
    site.answers = leads_to(f"http://{host}/secret")
    here = f"http://127.0.0.1:{site.port}/0"

    error = await refusal(site, here, trusted=[here], is_public=is_public, resolver=None)

    assert error.person in {"it is kept where I may not fetch it", "its link is broken"}
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    "address", [host.strip("[]").replace("%25", "%") for host in PRIVATE if "." in host or ":" in host]
)
async def test_a_name_that_leads_to_a_private_address_is_not_connected_to(site: Site, address: str) -> None:
    site.names.leads["rebound.example"] = [address]

    error = await refusal(site, "http://rebound.example/secret", is_public=is_public)

    assert site.names.asked == ["rebound.example"]
    assert error.person == "it is kept where I may not fetch it"
    assert site.asked == []


async def test_of_a_names_addresses_only_the_public_ones_are_used(site: Site) -> None:
    site.names.leads["mixed.example"] = ["127.0.0.2", "::1", "10.0.0.1", "127.0.0.1"]

    assert await site.fetch("http://mixed.example/a.png") == PNG


async def test_an_address_is_asked_once_more_right_before_the_connection(site: Site) -> None:
    said: list[Address] = []

    def public_at_first(address: Address) -> bool:
        said.append(address)
        return len(said) == 1

    error = await refusal(site, "http://rebound.example/secret", is_public=public_at_first)

    assert error.person == "it is kept where I may not fetch it"
    assert said == [HERE, HERE]
    assert site.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "pictures.example/secret",
        "//pictures.example/secret",
        "ftp://pictures.example/secret",
        "file:///etc/secret",
        "data:image/png;base64,secret",
        "http://",
        "http://user:secret@pictures.example/",
        "http://secret@pictures.example/",
        "http://:secret@pictures.example/",
        "http://pictures.example:8080/secret",
        "http://pictures.example:22/secret",
        "http://pictures.example:0/secret",
        "http://pictures.example:99999/secret",
        "http://[secret]/",
        "http://[::1/secret",
        "http://pictures.example\\@127.0.0.1/secret",
        "http://" + "a" * 2_100 + "/secret",
        "http://a b/secret",
        "\x00",
    ],
)
async def test_what_is_no_plain_address_of_the_web_is_refused_before_anything_is_sent(site: Site, url: str) -> None:
    await refusal(site, url)

    assert site.asked == []


async def test_port_443_and_80_are_both_fetched_from_under_either_scheme(site: Site) -> None:
    assert await site.fetch("http://pictures.example:443/a.png") == PNG
    assert await site.fetch("http://pictures.example:80/a.png") == PNG


async def test_configured_servers_are_trusted_by_host_and_port_and_their_neighbours_are_not(site: Site) -> None:
    trusted = [f"http://127.0.0.1:{site.port}/api/v10"]

    fetched = await site.fetch(
        f"http://127.0.0.1:{site.port}/a.png", trusted=trusted, is_public=is_public, resolver=None
    )
    assert fetched == PNG
    for port in (site.port + 1, 80):
        await refusal(site, f"http://127.0.0.1:{port}/secret", trusted=trusted, is_public=is_public, resolver=None)
    await refusal(site, f"http://localhost:{site.port}/secret", trusted=trusted, is_public=is_public, resolver=None)
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("8.8.8.8", True),
        ("1.1.1.1", True),
        ("2606:4700:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::8.8.8.8", True),
        ("192.0.2.1", False),
        ("203.0.113.1", False),
        ("2001:2::1", False),
        ("64:ff9b::a00:1", False),
    ],
)
def test_public_is_what_anybody_could_reach(address: str, wanted: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is wanted
