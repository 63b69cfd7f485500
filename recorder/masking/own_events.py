"""Custom and plugin events: what the tag says beside rrweb, and what others say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from recorder.events import (
    ENVIRONMENT_TAG,
    ERROR_TAG,
    FAULTS_TAG,
    REQUEST_TAG,
    ROUTE_TAG,
)
from recorder.masking.patterns import mask_patterns
from recorder.masking.payload import mask_payload
from recorder.masking.policy import Policy
from recorder.masking.script_regex import script_regex
from recorder.masking.text import mask_text
from recorder.masking.urls import Urls

__all__ = ["OwnEvents"]

_SAID: Final = {
    ENVIRONMENT_TAG: "title",
    ROUTE_TAG: "title",
    ERROR_TAG: "message",
    FAULTS_TAG: "first",
}
"""What the page or its scripts say, which is masked from level `text` on."""

_CONSOLE = script_regex(r"^rrweb\/console@")
_NETWORK = script_regex(r"^rrweb\/network@")
_NEVER_TOLD: Final = frozenset(
    {"requestHeaders", "responseHeaders", "requestBody", "responseBody", "initialBody"}
)
_ORIGIN = script_regex(r"^https?:\/\/[^/?#]*", "i")


class OwnEvents:
    """Gives masked copies of payloads; equal ones where nothing was to be masked."""

    def __init__(self, policy: Policy, urls: Urls) -> None:
        self._policy = policy
        self._urls = urls

    def custom(self, tag: str, payload: Any) -> tuple[str, Any]:
        """A custom event's tag and payload as they may be kept."""
        masked = mask_payload(payload, self._urls)
        if isinstance(masked, dict):
            said = _SAID.get(tag)
            if said in masked and self._policy.mask != "inputs":
                masked[said] = _all_texts(masked[said], mask_text)
            if self._policy.mask == "strict":
                self._strictly(tag, masked)
        return mask_patterns(tag), masked

    def plugin(self, name: str, payload: Any) -> tuple[str, Any]:
        """A plugin event's name and payload as they may be kept."""
        if _NETWORK.search(name):
            payload = _without(payload, _NEVER_TOLD)
        masked = mask_payload(payload, self._urls)
        if _CONSOLE.search(name) and self._policy.mask != "inputs" and isinstance(masked, dict):
            masked["payload"] = _all_texts(masked.get("payload"), mask_text)
        return mask_patterns(name), masked

    def _strictly(self, tag: str, payload: dict[str, Any]) -> None:
        """Requests, and files that did not load, tell no path."""
        is_file = tag == ERROR_TAG and payload.get("kind") == "resource"
        url = payload.get("url")
        if isinstance(url, str) and url and (tag == REQUEST_TAG or is_file):
            origin = _ORIGIN.match(url)
            if origin:
                payload["url"] = f"{origin[0]}/"
            elif "/" in url:
                payload["url"] = "/"


def _all_texts(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list):
        return [_all_texts(one, mask) for one in value]
    if isinstance(value, dict):
        return {key: _all_texts(one, mask) for key, one in value.items()}
    return value


def _without(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_without(one, names) for one in value]
    if isinstance(value, dict):
        return {key: _without(one, names) for key, one in value.items() if key not in names}
    return value
