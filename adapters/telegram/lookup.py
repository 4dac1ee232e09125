"""From a reference to the path of its file: what is meant is looked up when it is fetched, for it may have changed."""

from telegram.error import BadRequest

from adapters.telegram.content.handles import ids_in
from adapters.telegram.errors import telegram_errors
from adapters.telegram.raw import RawBot
from bot.errors import AttachmentError
from bot.sentences import sentence


class Lookup:
    """Asks Telegram about files, custom emoji and profile pictures."""

    def __init__(self, bot: RawBot) -> None:
        self._bot = bot

    async def path(self, handle: str) -> str | None:
        """``file_path`` of what a handle means, as getFile gives it.

        Raises:
            AttachmentError: there is no such picture, or the handle is none of `adapters.telegram.content.handles`.
            PlatformError: Telegram refused, or could not be asked.
        """
        with telegram_errors("asking for a file"):
            return await self._bot.raw_file_path(await self._file_id(handle))

    async def _file_id(self, handle: str) -> str:
        match ids_in(handle):
            case {"file_id": str(file_id)}:
                return file_id
            case {"emoji_id": str(emoji_id)}:
                return await self._emoji(emoji_id)
            case {"user_id": int(user_id)}:
                return await self._profile_picture(user_id)
            case {"username": str(username)}:
                raise AttachmentError(
                    "Telegram tells bots nothing about a username",
                    person=sentence(
                        "Telegram does not tell me who @{username} is. Reply to a message of theirs and ask there",
                        username=username,
                    ),
                )
            case _:
                raise AttachmentError("not a Telegram handle", person=sentence("I no longer know where it is"))

    async def _emoji(self, emoji_id: str) -> str:
        match await self._bot.raw_custom_emoji(emoji_id):
            # Vector graphics in motion, of which only the thumbnail is a picture.
            case {"is_animated": True, "thumbnail": {"file_id": str(file_id)}}:
                return file_id
            case {"file_id": str(file_id)}:
                return file_id
            case _:
                raise AttachmentError("no such custom emoji", person=sentence("Telegram no longer has it"))

    async def _profile_picture(self, user_id: int) -> str:
        try:
            sizes = await self._bot.raw_profile_picture(user_id)
        except BadRequest:  # The person's account is gone.
            sizes = []
        if not sizes:
            raise AttachmentError("no profile picture", person=sentence("there is none that I may see"))
        return str(max(sizes, key=lambda size: size["width"] * size["height"])["file_id"])
