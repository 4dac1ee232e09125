"""The world's objects as JSON, blanked for who may not read message content."""

from datetime import UTC, datetime

from tests.emulators.discord_kinds import ChannelKind
from tests.emulators.discord_links import Links
from tests.emulators.discord_permissions import Permission, permissions_in
from tests.emulators.discord_world import Attachment, Channel, Guild, Interaction, Member, Payload, Person, Role

_JOINED = datetime(2024, 1, 1, tzinfo=UTC).isoformat()


def person_payload(person: Person) -> Payload:
    return {
        "id": str(person.id),
        "username": person.username,
        "global_name": person.name,
        "discriminator": "0",
        "avatar": person.avatar,
        "bot": person.is_bot,
        "public_flags": 0,
    }


def member_payload(member: Member, *, with_user: bool = True) -> Payload:
    payload: Payload = {
        "nick": member.nick,
        "roles": [str(role.id) for role in member.roles],
        "joined_at": _JOINED,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "avatar": member.avatar,
        "communication_disabled_until": member.timed_out_until and member.timed_out_until.isoformat(),
    }
    if with_user:
        payload["user"] = person_payload(member.person)
    return payload


def role_payload(role: Role) -> Payload:
    payload: Payload = {
        "id": str(role.id),
        "name": role.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": 0,
        "permissions": str(int(role.permissions)),
        "managed": role.managed_by is not None,
        "mentionable": role.mentionable,
        "flags": 0,
    }
    if role.managed_by is not None:
        payload["tags"] = {"bot_id": str(role.managed_by.id)}
    return payload


def channel_payload(channel: Channel) -> Payload:
    payload: Payload = {"id": str(channel.id), "type": int(channel.kind), "last_message_id": _last_message_id(channel)}
    if channel.recipient is not None or channel.others:
        people = channel.others or [channel.recipient]
        payload |= {"recipients": [person_payload(person) for person in people if person], "flags": 0}
        return payload | ({"name": channel.name, "icon": None} if len(people) > 2 else {})
    guild = channel.guild
    payload |= {"guild_id": str(guild.id) if guild else None, "name": channel.name, "flags": 0}
    payload["rate_limit_per_user"] = 0
    return payload | (_thread_fields(channel) if channel.is_thread else _guild_channel_fields(channel))


def _guild_channel_fields(channel: Channel) -> Payload:
    guild = channel.guild
    fields: Payload = {
        "position": 0,
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "permission_overwrites": [
            {
                "id": str(target),
                "type": 0 if guild and target in guild.roles else 1,
                "allow": str(int(allowed)),
                "deny": str(int(denied)),
            }
            for target, (allowed, denied) in channel.overwrites.items()
        ],
    }
    if channel.kind in (ChannelKind.VOICE, ChannelKind.STAGE):
        fields |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None, "video_quality_mode": 1}
    if channel.kind is ChannelKind.FORUM:
        fields |= {"available_tags": [], "default_reaction_emoji": None, "default_forum_layout": 0}
    return fields


def _thread_fields(channel: Channel) -> Payload:
    assert channel.parent is not None
    return {
        "parent_id": str(channel.parent.id),
        "owner_id": str(channel.owner.id) if channel.owner else "0",
        "message_count": len(channel.order),
        "total_message_sent": len(channel.order),
        "member_count": len(channel.member_ids),
        "thread_metadata": {
            "archived": channel.archived,
            "archive_timestamp": _JOINED,
            "auto_archive_duration": 4320,
            "locked": channel.locked,
            "create_timestamp": _JOINED,
        },
    }


def _last_message_id(channel: Channel) -> str | None:
    return str(channel.order[-1]) if channel.order else None


def guild_payload(guild: Guild) -> Payload:
    """A guild as `GET /guilds/{id}` shows it, and the beginning of GUILD_CREATE."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "owner_id": str(guild.owner.id),
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "afk_timeout": 300,
        "roles": [role_payload(role) for role in guild.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": [],
        "mfa_level": 0,
        "premium_tier": 0,
        "preferred_locale": guild.locale,
        "nsfw_level": 0,
        "system_channel_id": None,
        "system_channel_flags": 0,
    }


def guild_create_payload(guild: Guild, bot: Person) -> Payload:
    """A guild as the gateway shows it: with its channels, the active threads the bot sees, and the bot's own member."""
    everything = list(guild.channels.values())
    threads = [
        channel_payload(channel)
        for channel in everything
        if channel.is_thread and not channel.archived and Permission.VIEW_CHANNEL in permissions_in(channel, bot)
    ]
    return guild_payload(guild) | {
        "joined_at": _JOINED,
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [member_payload(guild.members[bot.id])],
        "channels": [channel_payload(channel) for channel in everything if not channel.is_thread],
        "threads": threads,
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def attachment_payload(attachment: Attachment, links: Links) -> Payload:
    payload: Payload = {
        "id": str(attachment.id),
        "filename": attachment.file.name,
        "size": len(attachment.file.data),
        "url": links.sign(attachment),
        "proxy_url": links.sign(attachment, by_proxy=True),
        "flags": 0,
    }
    if attachment.media_type is not None:
        payload["content_type"] = attachment.media_type
    if attachment.width_px is not None:
        payload |= {"width": attachment.width_px, "height": attachment.height_px}
    if attachment.file.description is not None:
        payload["description"] = attachment.file.description
    return payload


def interaction_metadata(interaction: Interaction) -> Payload:
    return {
        "id": str(interaction.id),
        "type": 2,
        "user": person_payload(interaction.person),
        "authorizing_integration_owners": integration_owners(interaction, is_there=True),
    }


def integration_owners(interaction: Interaction, *, is_there: bool) -> Payload:
    """By whom the application is there (Discord docs, Authorizing Integration Owners Object)."""
    guild = interaction.channel.guild
    by_guild = {"0": str(guild.id)} if guild is not None and is_there else {}
    by_bot = {"0": "0"} if guild is None and not interaction.channel.others else {}
    by_person = {"1": str(interaction.person.id)} if interaction.by_person else {}
    return by_guild | by_bot | by_person
