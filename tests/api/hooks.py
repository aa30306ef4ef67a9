"""One JSON a line, which schemathesis does not know by itself: to the document it is a text."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def lines(_context: object, value: object) -> bytes:
    if not isinstance(value, str) or value.startswith("{"):
        # What is no text, and the example.
        return str(value).encode()
    # As many events as there are letters, about as many tickets as there are different ones.
    events = [{"ticket": letter, "message": {"author": "agent"}} for letter in value]
    return "".join(json.dumps(event) + "\n" for event in events).encode()
