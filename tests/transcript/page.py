"""Scenes as one HTML page that looks like a platform's chat: a file of its own, which asks for nothing from outside."""

import base64
from collections.abc import Iterator, Sequence
from datetime import timedelta
from html import escape
from itertools import pairwise
from pathlib import Path

from tests.transcript.markup import html_of
from tests.transcript.screen import VIEWER, Attached, Quoted, Scene, Screen, Shown, View

_FOLDER = Path(__file__).parent
_TOGETHER = timedelta(minutes=7)
"""Messages of one person within that time have one name above them."""
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def page(platform: str, scenes: Sequence[Scene]) -> str:
    """The page of one platform.

    Args:
        platform: ``discord`` or ``telegram``: the name of its style sheet.
        scenes: In the order of the page. One with one view fills the page, as on a phone.
    """
    alone = " alone" if [len(scene.views) for scene in scenes] == [1] else ""
    styles = "".join((_FOLDER / f"{name}.css").read_text(encoding="utf-8") for name in ("page", platform))
    contents = "".join(f'<li><a href="#{escape(scene.name)}">{escape(scene.title)}</a></li>' for scene in scenes)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Glimpse on {platform.title()}</title><style>{styles}</style></head>"
        f'<body class="{platform}{alone}"><h1>Glimpse on {platform.title()}</h1><nav><ol>{contents}</ol></nav>'
        f"<main>{''.join(map(_scene, scenes))}</main></body></html>\n"
    )


def _scene(scene: Scene) -> str:
    views = "".join(map(_view, scene.views))
    return (
        f'<section id="{escape(scene.name)}"><h2>{escape(scene.title)}</h2><div class="views">{views}</div></section>'
    )


def _view(view: View) -> str:
    return f"<figure><figcaption>{escape(view.caption)}</figcaption>{_screen(view.screen)}</figure>"


def _screen(screen: Screen) -> str:
    follows = [False, *(_follows(before, after) for before, after in pairwise(screen.messages))]
    messages = "".join(
        _message(message, follows=after) for message, after in zip(screen.messages, follows, strict=False)
    )
    # Discord shows it below the messages, Telegram in the title: the style sheets leave one of them out.
    typing = f'<p class="typing">{escape(screen.typing)} is typing…</p>' if screen.typing else ""
    kind = "private" if screen.is_private else "shared"
    return (
        f'<div class="screen {kind}"><header class="title"><b>{escape(screen.title)}</b>'
        f'<small>{escape(screen.subtitle)}</small>{typing}</header><div class="messages">{messages}{typing}</div></div>'
    )


def _follows(before: Shown, after: Shown) -> bool:
    return before.who == after.who and after.quoted is None and after.at - before.at < _TOGETHER


def _message(message: Shown, *, follows: bool) -> str:
    flags = {
        "bot": message.is_bot,
        "mine": message.who == VIEWER,
        "follows": follows,
        "deleted": message.is_deleted,
        "with-pictures": any(attached.is_picture for attached in message.attached),
    }
    classes = " ".join(["message", *(name for name, is_set in flags.items() if is_set)])
    return f'<article class="{classes}" style="--hue: {_hue(message.who)}">{"".join(_parts(message))}</article>'


def _parts(message: Shown) -> Iterator[str]:
    if message.quoted is not None:
        yield _quoted(message.quoted)
    yield f'<span class="avatar">{escape(message.who[:1])}</span>'
    tag = '<span class="tag">APP</span>' if message.is_bot else ""
    yield f'<header><b class="name">{escape(message.who)}</b>{tag}<time>{message.at:%H:%M}</time></header>'
    edited = '<span class="edited">edited</span>' if message.is_edited else ""
    meta = f'<span class="meta">{edited}<time>{message.at:%H:%M}</time></span>'
    yield f'<div class="text" dir="auto">{html_of(message.text)}{meta}</div>'
    pictures = [_picture(attached) for attached in message.attached if attached.is_picture]
    if pictures:
        yield f'<div class="pictures count-{len(pictures)}">{"".join(pictures)}</div>'
    yield from (_file(attached) for attached in message.attached if not attached.is_picture)
    if message.buttons:
        yield f'<div class="buttons">{"".join(f"<span>{escape(label)}</span>" for label in message.buttons)}</div>'
    if message.is_private:
        yield '<p class="note">Only you can see this</p>'
    if message.is_deleted:
        yield '<p class="note">deleted</p>'


def _quoted(quoted: Quoted) -> str:
    picture = _picture(quoted.picture) if quoted.picture else ""
    who = f'<b class="name">{escape(quoted.who)}</b> ' if quoted.who else ""
    words = f"<p>{who}<span>{escape(quoted.text)}</span></p>"
    return f'<div class="quoted" style="--hue: {_hue(quoted.who)}">{picture}{words}</div>'


def _picture(attached: Attached) -> str:
    data = base64.b64encode(attached.data).decode()
    return f'<img alt="{escape(attached.alt)}" src="data:{attached.media_type};base64,{data}">'


def _file(attached: Attached) -> str:
    return f'<p class="file"><b>{escape(attached.name)}</b><small>{len(attached.data):,} bytes</small></p>'


def _hue(name: str) -> int:
    """The same person has the same colour everywhere."""
    return sum(ord(character) * 47 for character in name) % 360
