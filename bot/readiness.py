"""Whether Glimpse can do its work right now, for `/readyz` and for the operator: one line when that ends or begins."""

import logging

log = logging.getLogger(__name__)


class Readiness:
    """The troubles that are on at the moment, by the part that has them."""

    def __init__(self) -> None:
        self._troubles: dict[str, str] = {}

    @property
    def troubles(self) -> dict[str, str]:
        """Part to what is wrong with it, for the operator. Empty: all is well."""
        return dict(self._troubles)

    def trouble(self, part: str, error: Exception) -> None:
        """Take note that a part fails. Only a new trouble is logged."""
        text = str(error)
        if self._troubles.get(part) != text:
            self._troubles[part] = text
            log.error("%s: %s Nothing is lost; work goes on when this is over.", part, text)

    def fine(self, part: str) -> None:
        """Take note that a part works."""
        if self._troubles and self._troubles.pop(part, None) is not None:
            log.warning("%s: works again.", part)
