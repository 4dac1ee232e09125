"""The operator's choices: environment variables, `.env`, secret files and `glimpse.toml` as one frozen object."""

import os
import tomllib
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot.answering.prompt import DEFAULT_SYSTEM_PROMPT
from bot.choices import AnswerMode
from bot.errors import SettingsError
from bot.pictures.size import (
    DEFAULT_DOCUMENT_TOKENS,
    DEFAULT_FRAMES,
    DEFAULT_MAX_PIXELS,
    DEFAULT_PAGES,
    DEFAULT_PICTURE_TOKENS,
)
from bot.settings.model import DEFAULT_MODEL_API_URL, ModelSettings
from bot.settings.platforms import DiscordSettings, TelegramSettings
from bot.settings.types import (
    Access,
    Amount,
    Count,
    DatabaseUrl,
    LogLevel,
    Personas,
    Seconds,
    Section,
    WakeWord,
)
from bot.settings.variables import CONFIG_FILE, VariablesSource, without_empty
from bot.settings.words import problems, unknown_variables


class DatabaseSettings(Section):
    """Where everything is kept."""

    url: DatabaseUrl = "sqlite+aiosqlite:///data/glimpse.db"
    """The database file, after three slashes; one more slash makes the path absolute"""


class HttpSettings(Section):
    """Where `/healthz` and a webhook answer."""

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    """The address that `/healthz` and a webhook listen on; `0.0.0.0` lets other machines reach them"""
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """The port that they listen on; `0` takes any free one and logs it"""


class HistorySettings(Section):
    """How much is remembered."""

    exchanges: Count = 50
    """Earlier questions and answers that the model is shown at most"""
    tokens: Count = 16_000
    """Tokens of text that the model is shown at most, by a cautious estimate"""
    days: Annotated[int, Field(ge=1, le=36_500)] = 30
    """Days after which messages, answers and pictures are deleted"""


class PictureSettings(Section):
    """What pictures may cost."""

    max_bytes: Annotated[int, Field(ge=1_000)] = 20_000_000
    """Largest picture file that is fetched, in bytes"""
    max_pixels: Annotated[int, Field(ge=1_024)] = DEFAULT_MAX_PIXELS
    """Largest picture that is opened, in pixels (width × height)"""
    tokens: Annotated[int, Field(ge=66, le=16_386)] = DEFAULT_PICTURE_TOKENS
    """Tokens that one picture may take; larger pictures are shrunk to fit (one token is 32 × 32 pixels)"""
    document_tokens: Annotated[int, Field(ge=66, le=16_386)] = DEFAULT_DOCUMENT_TOKENS
    """The same for pictures with small print: documents and screenshots, told by what would be lost otherwise"""
    frames: Annotated[int, Field(ge=1, le=32)] = DEFAULT_FRAMES
    """Frames of an animation or video that the model is shown at most"""
    pages: Annotated[int, Field(ge=1, le=100)] = DEFAULT_PAGES
    """Pages of a PDF that the model is shown at most"""
    links: bool = True
    """Whether pictures behind links in a message are fetched: `on` or `off`"""
    tools: bool = True
    """Whether the model may look closer at pictures and point things out on them: `on` or `off`"""
    before_s: Annotated[float, Field(ge=0, le=3600)] = 300.0
    """Seconds in which a picture that was posted to nobody belongs to the next question without one; `0` means never"""
    per_request: Amount = 10
    """Pictures that the model is shown at most, the newest first; older ones are only mentioned"""
    request_tokens: Amount = 13_000
    """Tokens that all pictures of one request may take"""
    store_bytes: Amount = 1_000_000_000
    """Bytes of prepared pictures that are kept in all; the least recently used go first"""
    originals_bytes: Amount = 2_000_000_000
    """Bytes of files as they came that are kept in all, for looking closer; the least recently used go first"""


class TurnSettings(Section):
    """When questions are answered."""

    running: Count = 16
    """Questions that are answered at the same time, over all conversations"""
    running_per_conversation: Count = 4
    """The same within one conversation, where each person has one of their own; elsewhere it is one"""
    waiting: Count = 500
    """Questions that wait at the same time, over all conversations; beyond that people are told to ask later"""
    waiting_per_conversation: Count = 10
    """The same within one conversation"""
    attempts: Count = 3
    """How often an answer is begun when the process crashes, before the person is told"""
    answer_window_s: Seconds = 3600.0
    """Seconds after which a question found by looking back is only remembered, and edits no longer redo an answer"""
    deadline_s: Seconds = 300.0
    """Longest time for looking at the pictures and reading the model's answer, in seconds"""
    lease_s: Annotated[float, Field(ge=1, le=3600)] = 60.0
    """How long a claim on a question outlives the process that made it, in seconds"""
    photo_quiet_s: Annotated[float, Field(ge=0, le=60)] = 1.5
    """Seconds to wait for the question to a picture that came without words"""
    paste_quiet_s: Annotated[float, Field(ge=0, le=60)] = 1.5
    """Seconds to wait for the rest of a text that was cut at the platform's limit"""
    late_picture_s: Annotated[float, Field(ge=0, le=60)] = 5.0
    """Seconds in which a picture without words still belongs to the question before it"""
    join_cap_s: Annotated[float, Field(ge=0, le=300)] = 15.0
    """Seconds after which nothing more joins a question, however much keeps coming"""
    album_quiet_s: Annotated[float, Field(ge=0, le=60)] = 1.0
    """Seconds without a further picture after which an album counts as complete"""
    grace_s: Annotated[float, Field(ge=0, le=600)] = 20.0
    """Seconds that running answers get to finish on SIGTERM; the rest is resumed at the next start"""


class AnswerSettings(Section):
    """How answers are shown."""

    parts: Annotated[int, Field(ge=2, le=50)] = 8
    """Messages of one answer at most; a longer one comes as its beginning and an attached file with all of it"""


class GroupSettings(Section):
    """What counts in groups whose people have not chosen otherwise with `/settings`."""

    answers: AnswerMode = AnswerMode.MENTION
    """What is answered in groups beside mentions, replies and commands: `mention`, `wake_word` or `every` (message)"""
    wake_word: WakeWord = "glimpse"
    """The word that calls the bot in groups where a wake word does"""


class LogSettings(Section):
    """What the log tells."""

    level: LogLevel = "INFO"
    """The least important lines that are logged"""


class Settings(BaseSettings):
    """All of it. Make one with `load_settings`."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
        case_sensitive=True,
        env_file=".env",
    )

    discord: DiscordSettings = DiscordSettings()
    telegram: TelegramSettings = TelegramSettings()
    model: ModelSettings = ModelSettings()
    answer: AnswerSettings = AnswerSettings()
    groups: GroupSettings = GroupSettings()
    access: Access = "open"
    """Who may use the bot: `open` lets everyone who can reach it; `closed` is not supported yet"""
    prompt: str = DEFAULT_SYSTEM_PROMPT
    """What the model is told about itself at the start of every request"""
    personas: Personas | None = None
    """What people can choose with `/persona`: names and what the model is told then. Not set: four that are built in"""
    database: DatabaseSettings = DatabaseSettings()
    http: HttpSettings = HttpSettings()
    history: HistorySettings = HistorySettings()
    picture: PictureSettings = PictureSettings()
    turns: TurnSettings = TurnSettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del file_secret_settings  # A folder of files; ours are named one by one, by NAME_FILE.
        environment = [s.env_vars for s in (env_settings, dotenv_settings) if isinstance(s, EnvSettingsSource)]
        toml = without_empty(TomlConfigSettingsSource(settings_cls, CONFIG_FILE).toml_data)
        return init_settings, VariablesSource(settings_cls, environment), InitSettingsSource(settings_cls, toml)

    @property
    def in_terminal(self) -> bool:
        """No platform is set up: the conversation is in the terminal."""
        return self.discord.token is None and self.telegram.token is None

    @property
    def offline(self) -> bool:
        """Nobody said which model to use: the built-in one answers."""
        return self.model.api_key is None and self.model.api_url == DEFAULT_MODEL_API_URL

    @property
    def secrets(self) -> frozenset[str]:
        """What must never be seen in a log."""
        fallbacks = self.model.fallbacks
        keys = (self.discord.token, self.telegram.token, self.model.api_key, *(other.api_key for other in fallbacks))
        addresses = [self.discord.api_url, self.discord.gateway_url, self.telegram.api_url, self.model.api_url]
        addresses += filter(None, [self.telegram.webhook_url, *(other.api_url for other in fallbacks)])
        passwords = [urlsplit(address).password for address in addresses]
        return frozenset(
            {key.get_secret_value() for key in keys if key is not None}
            | {form for password in passwords if password for form in (password, unquote(password))}
        )


def load_settings() -> Settings:
    """Read the environment, then `.env`, then `glimpse.toml`, both in the working directory; the first one wins.

    An empty value counts as not set. ``NAME_FILE`` names a file that holds the value of ``NAME``.

    Raises:
        SettingsError: something is wrong; one line for each problem.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = problems(Settings, error)
    except tomllib.TOMLDecodeError as error:
        lines = [f"{CONFIG_FILE} is not valid TOML: {error}"]
    except UnicodeDecodeError:
        lines = [f".env and {CONFIG_FILE} must be UTF-8 text"]
    except OSError as error:
        lines = [f"{error.filename} can't be read: {error.strerror}"]
    # The errors of pydantic hold the values they refuse: none of them goes along as the cause.
    raise SettingsError(lines)


def unknown_in_environment() -> Sequence[str]:
    """One line for each variable of the environment or `.env` that looks meant for Glimpse but is none of its own."""
    names: set[str] = set(os.environ)
    names.update(DotEnvSettingsSource(Settings).env_vars)
    return unknown_variables(Settings, names)
