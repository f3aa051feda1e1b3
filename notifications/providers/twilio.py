"""Twilio Programmable Messaging, by its own SDK.

Twilio takes no idempotency key: a message that was in flight when a worker died may arrive twice if it is sent again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from notifications.providers.provider import Refused, Unreachable

TIMEOUT_SECONDS = 10.0
OFFICIAL = "https://api.twilio.com"
TRY_AGAIN = (408, 425, 429)


class _Elsewhere(TwilioHttpClient):  # type: ignore[misc]  # the SDK ships no types
    """Sends to another base URL than Twilio's own (`TWILIO_API_URL`): a proxy, or a test's local server."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=TIMEOUT_SECONDS, max_retries=0)
        self._base = urlsplit(base)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        scheme, netloc = self._base.scheme, self._base.netloc
        return super().request(method, urlunsplit((scheme, netloc, *urlsplit(url)[2:])), *args, **kwargs)


@dataclass(slots=True)
class TwilioSMS:
    account_sid: str
    auth_token: str = field(repr=False)
    sender: str
    api_url: str = OFFICIAL
    name: str = "twilio"
    # Links to mainland numbers are filtered, whoever sends them.
    carries_links: bool = False
    repeats_safely: bool = False
    _client: Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._client = Client(self.account_sid, self.auth_token, http_client=_Elsewhere(self.api_url))

    def send(self, *, key: str, to: str, text: str) -> str:
        try:
            message = self._client.messages.create(to=_e164(to), from_=self.sender, body=text)
        except TwilioRestException as error:
            if error.status in TRY_AGAIN or error.status >= 500:
                raise Unreachable(f"twilio: {error.status} {error.code}") from error
            raise Refused(f"twilio: {error.status} {error.code}") from error
        except (requests.RequestException, TwilioException) as error:
            raise Unreachable(f"twilio: {type(error).__name__}") from error
        return str(message.sid)


def _e164(phone: str) -> str:
    """A mainland mobile without its country code gets it; everything else is taken as it is."""
    return phone if phone.startswith("+") else f"+86{phone}"
