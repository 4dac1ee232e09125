"""Scenes as one HTML page that looks like a platform's chat: a file of its own, which asks for nothing from outside."""

import base64
from collections.abc import Iterator, Sequence
from datetime import timedelta
from html import escape
from itertools import pairwise
from pathlib import Path

from tests.transcript.markup import html_of
from tests.transcript.screen import Attached, Composer, Form, Quoted, Scene, Screen, Shown, View

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
        _message(message, follows=after, viewer=screen.viewer)
        for message, after in zip(screen.messages, follows, strict=False)
    )
    # Discord shows it below the messages, Telegram in the title: the style sheets leave one of them out.
    typing = f'<p class="typing">{escape(screen.typing)} is typing…</p>' if screen.typing else ""
    kind = "thread" if screen.is_thread else "private" if screen.is_private else "shared"
    front = (_composer(screen.composer) if screen.composer else "") + (_form(screen.form) if screen.form else "")
    return (
        f'<div class="screen {kind}"><header class="title"><b>{escape(screen.title)}</b>'
        f"<small>{escape(screen.subtitle)}</small>{typing}</header>"
        f'<div class="messages">{messages}{typing}</div>{front}</div>'
    )


def _composer(composer: Composer) -> str:
    offers = "".join(f"<li><b>{escape(one.name)}</b> <small>{escape(one.hint)}</small></li>" for one in composer.offers)
    return f'<div class="composer"><ul>{offers}</ul><p>{escape(composer.typed)}</p></div>'


def _form(form: Form) -> str:
    fields = "".join(f"<li><small>{escape(one.name)}</small><p>{escape(one.hint)}</p></li>" for one in form.fields)
    return f'<div class="form"><b>{escape(form.title)}</b><ul>{fields}</ul></div>'


def _follows(before: Shown, after: Shown) -> bool:
    is_one = before.who == after.who and not (before.is_service or after.is_service)
    return is_one and after.quoted is None and after.at - before.at < _TOGETHER


def _message(message: Shown, *, follows: bool, viewer: str) -> str:
    if message.is_service:
        return f'<p class="service">{html_of(message.text)}</p>'
    flags = {
        "bot": message.is_bot,
        "mine": message.who == viewer,
        "follows": follows,
        "deleted": message.is_deleted,
        "draft": message.is_draft,
        "for-one": message.is_private,
        "with-pictures": any(attached.is_picture for attached in message.attached),
    }
    classes = " ".join(["message", *(name for name, is_set in flags.items() if is_set)])
    style = f"--hue: {_hue(message.who)}; --rows: {len(message.buttons)}"
    return f'<article class="{classes}" style="{style}">{"".join(_parts(message))}</article>'


def _parts(message: Shown) -> Iterator[str]:
    if message.quoted is not None:
        yield _quoted(message.quoted)
    yield f'<span class="avatar">{escape(message.who[:1])}</span>'
    tag = '<span class="tag">APP</span>' if message.is_bot else ""
    yield f'<header><b class="name">{escape(message.who)}</b>{tag}<time>{message.at:%H:%M}</time></header>'
    if message.origin is not None:
        yield f'<p class="origin">{escape(message.origin)}</p>'
    edited = '<span class="edited">edited</span>' if message.is_edited else ""
    meta = f'<span class="meta">{edited}<time>{message.at:%H:%M}</time></span>'
    yield f'<div class="text" dir="auto">{html_of(message.text)}{meta}</div>'
    pictures = [_picture(attached) for attached in message.attached if attached.is_picture]
    if pictures:
        yield f'<div class="pictures count-{len(pictures)}">{"".join(pictures)}</div>'
    yield from (_file(attached) for attached in message.attached if not attached.is_picture)
    if message.buttons:
        yield f'<div class="buttons">{"".join(map(_row, message.buttons))}</div>'
    if message.reactions:
        yield f'<p class="reactions">{"".join(f"<span>{escape(emoji)}</span>" for emoji in message.reactions)}</p>'
    if message.thread is not None:
        yield f'<p class="opened">{escape(message.thread)}</p>'
    if message.is_private:
        yield '<p class="note">Only you can see this · <a>Dismiss message</a></p>'
    if message.is_deleted:
        yield '<p class="note">deleted</p>'


def _row(labels: Sequence[str]) -> str:
    return f"<p>{''.join(f'<span>{escape(label)}</span>' for label in labels)}</p>"


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
