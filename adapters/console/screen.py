"""What stands on the terminal, and where its cursor is."""

from typing import TextIO

from adapters.console.render import harmless
from bot.errors import PlatformRefused

PROMPT = "you> "
DOTS = "..."


class Screen:
    """Writes to a terminal, or to whatever its output was sent to.

    A prompt, or dots, stand on a line of their own only until there is something to say. Writing blocks while
    the terminal is stopped (Ctrl-S): it has one reader, who wanted that.
    """

    def __init__(self, output: TextIO, *, interactive: bool) -> None:
        """`interactive`: somebody sits there, so that a prompt and dots make sense."""
        self._output = output
        self._interactive = interactive
        self._at_line_start = True
        self._transient = ""

    def say(self, text: str) -> None:
        """Write on from where the cursor is."""
        self._erase()
        self._write(text)
        self._at_line_start = text.endswith("\n")

    def notice(self, text: str) -> None:
        """Write lines of their own; a prompt that stood there stands below them afterwards."""
        prompted = self._transient == PROMPT
        self.fresh_line()
        self.say(harmless(text).rstrip() + "\n")
        if prompted:
            self.prompt()

    def fresh_line(self) -> None:
        """Go to the beginning of a line."""
        self._erase()
        if not self._at_line_start:
            self.say("\n")

    def prompt(self) -> None:
        """Ask for the next line."""
        self.fresh_line()
        self._show(PROMPT)

    def dots(self) -> None:
        """Show that something is being done, unless the screen shows it already."""
        if self._at_line_start and not self._transient:
            self._show(DOTS)

    def line_entered(self) -> None:
        """Somebody typed a line: the terminal itself showed it and went to the next."""
        if self._interactive:
            self._transient = ""
            self._at_line_start = True

    def close(self) -> None:
        """Leave the cursor where a shell expects it."""
        if self._transient or not self._at_line_start:
            self._write("\n")
        self._transient = ""
        self._at_line_start = True

    def _show(self, transient: str) -> None:
        if self._interactive:
            self._write(transient)
            self._transient = transient

    def _erase(self) -> None:
        if self._transient:
            # Spaces and not an escape sequence: this works on every terminal there is.
            self._write("\r" + " " * len(self._transient) + "\r")
            self._transient = ""

    def _write(self, text: str) -> None:
        # What the terminal's character set lacks shows as a question mark, and never fails.
        encoding = self._output.encoding or "utf-8"
        try:
            self._output.write(text.encode(encoding, "replace").decode(encoding))
            self._output.flush()
        except (OSError, ValueError) as error:
            raise PlatformRefused(f"The terminal takes no more output: {error}") from error
