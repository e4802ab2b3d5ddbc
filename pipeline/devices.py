"""Device events as they may be stored: ids as keyed hashes, words masked, and nothing that a model reads."""

from pipeline.annotate import Reader
from pipeline.conversation import DeviceEvent, MaskedDeviceEvent
from pipeline.privacy import pseudonymize


def mask_event(event: DeviceEvent, reader: Reader) -> MaskedDeviceEvent:
    """The event without ids and personal data; a code is masked as an id is, by its shape."""
    return MaskedDeviceEvent(
        event_key=pseudonymize(event.identity, reader.secret, "event") or "",
        device_key=pseudonymize(event.device_id, reader.secret, "device") or "",
        customer_key=pseudonymize(event.customer_id, reader.secret, "customer"),
        code=reader.label(event.code),
        severity=reader.label(event.severity) if event.severity else None,
        message=reader.mask(event.message) if event.message else None,
        occurred_at=event.occurred_at,
        position=event.position,
        source=event.source,
        content_key=pseudonymize(event.content, reader.secret, "content") or "",
    )
