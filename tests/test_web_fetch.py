"""Links are fetched: whole, within their bounds, and what is refused is said in words."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from tests.web_sites import PNG, Site, leads_to, refusal, says, serving


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as site:
        yield site


async def test_a_file_of_a_public_server_arrives_whole(site: Site) -> None:
    assert await site.fetch("http://pictures.example/a.png?x=1#y") == PNG
    assert site.asked == ["pictures.example/a.png"]
    assert site.headers[0]["Accept-Encoding"] == "identity"


async def test_redirects_between_public_servers_are_followed_without_cookies(site: Site) -> None:
    site.answers = {"/0": says(302, Location="//other.example/a.png", Set_Cookie="id=1; Path=/; Domain=example")}

    assert await site.fetch("http://pictures.example/0") == PNG
    assert site.asked == ["pictures.example/0", "other.example/a.png"]
    assert not any({"Cookie", "Authorization"} & headers.keys() for headers in site.headers)


async def test_three_redirects_are_followed_and_a_fourth_is_not(site: Site) -> None:
    site.answers = leads_to("/1", "/2", "/a.png")
    assert await site.fetch("http://pictures.example/0") == PNG

    site.answers = leads_to("/1", "/2", "/3", "/a.png")
    assert (await refusal(site, "http://pictures.example/0")).person == "its link leads nowhere"


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><title>secret</title>",
        b"\xef\xbb\xbf\n <!-- hello -->\n<HTML lang=en>",
        b"<head><meta charset=utf-8>",
    ],
)
@pytest.mark.parametrize("media_type", ["text/html; charset=utf-8", "image/png"])
async def test_a_web_page_is_refused_in_words_whatever_it_calls_itself(
    site: Site, page: bytes, media_type: str
) -> None:
    site.answers["/page.png"] = says(200, page, Content_Type=media_type)

    error = await refusal(site, "http://pictures.example/page.png")

    assert error.person == "its link leads to a web page, not to a picture"


async def test_a_file_made_of_comments_costs_no_time(site: Site) -> None:
    site.answers["/comments"] = says(200, b"<!---->" * 140)

    assert await site.fetch("http://pictures.example/comments") == b"<!---->" * 140


async def test_a_file_over_the_cap_is_not_read_to_its_end(site: Site) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(1000))

    site.answers["/endless"] = endless

    assert (await refusal(site, "http://pictures.example/endless")).person == "it is larger than 1 KB"


async def test_a_file_that_would_grow_when_unpacked_is_refused(site: Site) -> None:
    site.answers["/bomb"] = says(200, b"\x1f\x8b", Content_Encoding="gzip")

    assert "odd form" in (await refusal(site, "http://pictures.example/bomb")).person


async def test_a_server_that_drips_is_left_after_the_deadline(site: Site) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.01)

    site.answers["/drip"] = drip

    assert (await refusal(site, "http://pictures.example/drip", deadline_s=0.1)).person == "its server took too long"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_what_is_not_handed_out_is_told_and_not_tried_again(site: Site, status: int) -> None:
    site.answers["/gone"] = says(status)

    assert "not there" in (await refusal(site, "http://pictures.example/gone")).person
    assert len(site.asked) == 1


async def test_what_may_pass_is_tried_again(site: Site) -> None:
    answers = [says(503), says(200, PNG)]

    async def at_last(request: web.Request) -> web.StreamResponse:
        return await answers.pop(0)(request)

    site.answers["/a.png"] = at_last

    assert await site.fetch("http://pictures.example/a.png") == PNG
    assert site.clock.slept == [0.5]


async def test_a_name_that_leads_nowhere_is_an_error_in_words(site: Site) -> None:
    site.names.leads["nowhere.example"] = []

    assert (await refusal(site, "http://nowhere.example/secret")).person == "it could not be downloaded"


async def test_one_host_is_asked_for_two_files_at_once_and_others_do_not_wait_for_it(site: Site) -> None:
    now, most = {"slow.example": 0}, 0
    free = asyncio.Event()

    async def slow(_: web.Request) -> web.StreamResponse:
        nonlocal most
        now["slow.example"] += 1
        most = max(most, now["slow.example"])
        await free.wait()
        now["slow.example"] -= 1
        return web.Response(body=PNG)

    site.answers["/slow"] = slow
    async with site.web() as opened, asyncio.TaskGroup() as group:
        waiting = [group.create_task(opened.fetch("http://slow.example/slow", max_bytes=1000)) for _ in range(6)]
        assert await opened.fetch("http://quick.example/a.png", max_bytes=1000) == PNG
        free.set()

    assert [task.result() for task in waiting] == [PNG] * 6
    assert most == 2
