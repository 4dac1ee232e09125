"""What other bots show by components instead of embeds (Discord docs, Component Reference). Pure."""

from collections.abc import Iterable, Iterator

import discord


def words(holder: discord.Message | discord.MessageSnapshot) -> Iterator[str]:
    """The texts, in order."""
    return (one.content for one in _all(_components(holder)) if isinstance(one, discord.TextDisplay))


def media(holder: discord.Message | discord.MessageSnapshot) -> Iterator[discord.UnfurledMediaItem]:
    """The pictures and videos, in order; those that the bot uploaded are among its message's files too."""
    for one in _all(_components(holder)):
        match one:
            case discord.MediaGalleryComponent():
                yield from (item.media for item in one.items)
            case discord.ThumbnailComponent():
                yield one.media
            case _:
                pass


def _components(holder: discord.Message | discord.MessageSnapshot) -> Iterable[discord.Component]:
    # discord.py 2.7 leaves the attribute out where the payload has none.
    found: Iterable[discord.Component] = getattr(holder, "components", ())
    return found


def _all(components: Iterable[discord.Component]) -> Iterator[discord.Component]:
    for one in components:
        yield one
        match one:
            case discord.Container():
                yield from _all(one.children)
            case discord.SectionComponent():
                yield from _all([*one.children, one.accessory])
            case _:
                pass
