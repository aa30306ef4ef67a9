"""One JSON a line, which schemathesis does not know by itself."""

import json

import schemathesis
from hypothesis import strategies as st

WRITES = st.sampled_from(["customer", "agent", "ai-agent", "bot"]).map(
    lambda author: {"message": {"author": author}}
)
HAPPENS = st.sampled_from(["held", "released", "typing", {"closed": "agent"}]).map(
    lambda event: {"event": event}
)
EVENTS = st.builds(
    lambda ticket, what: {"ticket": ticket, **what}, st.text(min_size=1, max_size=9), WRITES | HAPPENS
)
LINES = st.lists(EVENTS, max_size=5).map(
    lambda events: "".join(json.dumps(event) + "\n" for event in events).encode()
)

schemathesis.openapi.media_type("application/x-ndjson", LINES)

