"""The AsyncAPI 3.0 document of both WebSocket endpoints, made from the message definitions."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from router.protocol import base, customer, errors, frames, staff

REF = "#/components/schemas/{name}"


def document(version: str) -> dict[str, Any]:
    """The document as plain data. version: of the server."""
    endpoints = {
        "staff": ("/ws/agent", staff.StaffIn, staff.StaffEvent, "Agents and supervisors, signed in by cookie."),
        "customer": ("/ws/customer", customer.CustomerIn, customer.CustomerEvent, "Customers, by visitor token."),
    }
    control = get_args(frames.ServerControl)
    every = {
        struct for _, heard, said, _ in endpoints.values() for struct in (*get_args(heard), *get_args(said), *control)
    }
    _, schemas = msgspec.json.schema_components(sorted(every, key=lambda s: s.__name__), ref_template=REF)
    messages = {struct.__name__: _message(struct) for struct in sorted(every, key=lambda s: s.__name__)}
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for name, (address, heard, said, about) in endpoints.items():
        inward, outward = get_args(heard), (*control, *get_args(said))
        channels[name] = {
            "address": address,
            "description": about,
            "messages": {s.__name__: {"$ref": f"#/components/messages/{s.__name__}"} for s in {*inward, *outward}},
        }
        channels[name]["messages"] = dict(sorted(channels[name]["messages"].items()))
        operations[f"{name}Says"] = _operation("receive", name, inward)
        operations[f"{name}Hears"] = _operation("send", name, outward)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Usher WebSocket protocol",
            "version": version,
            "description": (base.__doc__ or "").strip()
            + "\n\nClose codes:\n"
            + "\n".join(f"- {code}: {text}" for code, text in errors.CLOSE_CODES.items())
            + "\n\nError codes:\n"
            + "\n".join(f"- `{code}`: {text}" for code, text in errors.CODES.items()),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/msgpack",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": dict(sorted(schemas.items()))},
    }


def _message(struct: type[msgspec.Struct]) -> dict[str, Any]:
    own = struct.__dict__.get("__doc__") or ""
    sequenced = " Sent as the pair `[seq, event]`." if issubclass(struct, base.ServerEvent) else ""
    return {
        "name": str(struct.__struct_config__.tag),
        "summary": (" ".join(own.split()) + sequenced).strip(),
        "payload": {"$ref": REF.format(name=struct.__name__)},
    }


def _operation(action: str, channel: str, structs: tuple[type[msgspec.Struct], ...]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{s.__name__}"} for s in structs],
    }
