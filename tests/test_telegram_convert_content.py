"""What a Telegram message holds beside its text: files, albums, and all that is said in words."""

import json
from typing import Any

import pytest

from bot.events import Address, AttachmentRef, Source
from tests.telegram_payloads import CHANNEL, GROUP, PHOTO, seen

FILE = {"file_id": "F", "file_unique_id": "U", "file_size": 9}
SHAPE = {"width": 8, "height": 8}


@pytest.mark.parametrize(
    ("fields", "kind", "name", "media_type"),
    [
        ({"document": {**FILE, "file_name": "a.heic", "mime_type": "image/heic"}}, "document", "a.heic", "image/heic"),
        ({"document": FILE}, "document", "", ""),
        (
            {"animation": {**FILE, **SHAPE, "duration": 1}, "document": {**FILE, "file_id": "other"}},
            "animation",
            "",
            "video/mp4",
        ),
        ({"video": {**FILE, **SHAPE, "duration": 1, "mime_type": "video/webm"}}, "video", "", "video/webm"),
        ({"video_note": {**FILE, "length": 8, "duration": 1}}, "video_note", "", "video/mp4"),
        ({"audio": {**FILE, "duration": 1, "file_name": "s.mp3"}}, "audio", "s.mp3", "audio/mpeg"),
        ({"voice": {**FILE, "duration": 1}}, "voice", "", "audio/ogg"),
        (
            {"sticker": {**FILE, **SHAPE, "type": "regular", "is_animated": False, "is_video": False}},
            "sticker",
            "",
            "image/webp",
        ),
        (
            {"sticker": {**FILE, **SHAPE, "type": "regular", "is_animated": True, "is_video": False}},
            "sticker",
            "",
            "application/x-tgsticker",
        ),
        (
            {"sticker": {**FILE, **SHAPE, "type": "regular", "is_animated": False, "is_video": True}},
            "sticker",
            "",
            "video/webm",
        ),
        (
            {"live_photo": {**FILE, **SHAPE, "duration": 1, "photo": [{**FILE, **SHAPE}]}},
            "photo",
            "",
            "image/jpeg",
        ),
        (
            {"paid_media": {"star_count": 1, "paid_media": [{"type": "photo", "photo": [{**FILE, **SHAPE}]}]}},
            "photo",
            "",
            "image/jpeg",
        ),
    ],
)
def test_every_kind_of_file_is_an_attachment(fields: dict[str, Any], kind: str, name: str, media_type: str) -> None:
    event = seen(**fields)

    assert event.attachments == (
        AttachmentRef(
            handle=json.dumps({"file_id": "F", "kind": kind}, separators=(",", ":")),
            source=Source.STICKER if kind == "sticker" else Source.FILE,
            name=name,
            media_type=media_type,
            size_bytes=9,
        ),
    )


def test_album_items_share_their_id() -> None:
    event = seen(chat=GROUP, photo=PHOTO, media_group_id="77")

    assert (event.album_id, event.address) == ("77", None)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"location": {"latitude": 52.52, "longitude": 13.405}}, "[Location: 52.52000, 13.40500]"),
        (
            {"venue": {"location": {"latitude": 1, "longitude": 2}, "title": "Café", "address": "Main St"}},
            "[Place: Café, Main St]",
        ),
        ({"contact": {"phone_number": "+1", "first_name": "Bob", "last_name": "Low"}}, "[Contact: Bob Low]"),
        ({"dice": {"emoji": "🎲", "value": 4}}, "[🎲 showed 4]"),
        (
            {
                "poll": {
                    "id": "1",
                    "question": "Tea?",
                    "options": [
                        {"persistent_id": "a", "text": "Yes", "voter_count": 0},
                        {"persistent_id": "b", "text": "No", "voter_count": 0},
                    ],
                    "total_voter_count": 0,
                    "is_closed": False,
                    "is_anonymous": True,
                    "type": "regular",
                    "allows_multiple_answers": False,
                    "allows_revoting": False,
                    "members_only": False,
                }
            },
            "[Poll: Tea?]\n- Yes\n- No",
        ),
        ({"story": {"chat": CHANNEL, "id": 3}}, "[A story, which bots can't see]"),
        (
            {"paid_media": {"star_count": 1, "paid_media": [{"type": "preview", "width": 8, "height": 8}]}},
            "[Paid media, which bots can't see before it is paid for]",
        ),
        (
            {
                "rich_message": {
                    "blocks": [
                        {"type": "paragraph", "text": ["One ", {"type": "bold", "text": ["and", " a"]}, " half"]},
                        {"type": "divider"},
                        {"type": "list", "items": [{"blocks": [{"type": "paragraph", "text": {"text": "two"}}]}]},
                        {"type": "paragraph", "text": {"type": "custom_emoji", "alternative_text": "👍"}},
                    ]
                }
            },
            "One and a half\ntwo\n👍",
        ),
    ],
)
def test_content_that_is_no_text_is_said_in_words(fields: dict[str, Any], words: str) -> None:
    event = seen(**fields)

    assert (event.text, event.address) == (words, Address.PRIVATE)
