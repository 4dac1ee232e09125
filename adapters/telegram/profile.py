"""What the bot is on Telegram, looked at and put right when it starts."""

import logging

from telegram import Bot

from adapters.telegram.content.entities import Identity
from adapters.telegram.errors import telegram_errors
from adapters.telegram.menu import Wording, register_commands
from bot.errors import PlatformError

log = logging.getLogger(__name__)


async def introduce(bot: Bot, *, polls: bool, wording: Wording, offers_inline: bool) -> Identity:
    """Find out who the bot is, and make sure that it can receive and that its menus are right.

    Args:
        bot: The bot.
        polls: It asks for its messages: no webhook must be in the way.
        wording: Of its menus.
        offers_inline: The operator wants inline mode.

    Raises:
        PlatformError: `PlatformRefused` when Telegram does not accept the token.
    """
    with telegram_errors("asking who the bot is"):
        user = await bot.get_me()
    log.info("Telegram: connected as @%s (id %s).", user.username, user.id)
    if user.can_read_all_group_messages:
        log.info("Telegram: privacy mode is off: the bot receives everything written in its groups.")
    else:
        log.info(
            "Telegram: privacy mode is on: in groups the bot receives only mentions, replies to it and commands, which "
            "is enough to answer those. Of an album only the picture with the caption reaches it, and no picture "
            "posted to nobody, shortly before a question or where /alt on was said. To change that: @BotFather, "
            "/setprivacy, Disable, then remove the bot from each group and add it again (or make it an administrator "
            "there)."
        )
    if offers_inline and not user.supports_inline_queries:
        log.warning(
            "Telegram: TELEGRAM_INLINE is on, but inline mode is off at Telegram. To change that: @BotFather, "
            "/setinline, then /setinlinefeedback, Enabled (100%%): without feedback no answer comes."
        )
    try:
        if polls:
            await _remove_webhook(bot)
        await register_commands(bot, wording)
    except PlatformError as error:
        log.warning("%s The bot goes on without.", error)
    return Identity(id=user.id, username=user.username or "")


async def _remove_webhook(bot: Bot) -> None:
    """With a webhook set, polling is refused. What waits to be received is kept."""
    with telegram_errors("looking for a webhook"):
        if (await bot.get_webhook_info()).url:
            await bot.delete_webhook(drop_pending_updates=False)
            log.warning("Telegram: a webhook was set, and is removed now: the bot asks for its messages by itself.")
