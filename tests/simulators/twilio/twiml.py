"""A document read strictly: what is wrong with it is listed, and left out of what is executed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.etree import ElementTree

from tests.simulators.twilio.account import Hook
from tests.simulators.twilio.grammar import (
    ANYWHERE,
    MESSAGE_NOUNS,
    MESSAGING,
    NOUNS,
    SSML,
    VERBS,
    WHILE_WAITING,
    Rule,
)

MOST_BYTES = 64 * 1024
"""Twilio refuses longer documents (11750)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A verb or noun. text: trimmed; of a Say with SSML all that is spoken."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple[Element, ...] = ()

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def flag(self, name: str, default: bool) -> bool:
        return self.attributes.get(name, str(default).lower()) == "true"

    def number(self, name: str, default: float) -> float:
        value = self.attributes.get(name, "")
        return float(value) if value.isdecimal() else default

    def words(self, name: str, default: str = "") -> frozenset[str]:
        return frozenset(self.attributes.get(name, default).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """url: its own, "" when it came with a REST request. wrong: what the grammar does not allow."""

    url: str
    elements: tuple[Element, ...]
    wrong: tuple[str, ...] = ()

    def hook(self, element: Element, attribute: str, method: str = "method") -> Hook | None:
        """A URL of an attribute, made absolute; None when there is none, or nothing to be relative to."""
        there = element.get(attribute)
        absolute = urljoin(self.url, there) if there else ""
        return Hook.of(absolute, element.get(method)) if re.match(r"https?://", absolute) else None


class Unparsable(Exception):
    """Not XML, or not a Response (error 12100)."""


def read(body: bytes, *, url: str, messaging: bool = False, allowed: frozenset[str] = ANYWHERE) -> Document:
    """Raises Unparsable."""
    if len(body) > MOST_BYTES:
        raise Unparsable(f"{len(body)} bytes")
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Unparsable("a document type definition")
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise Unparsable(str(error)) from error
    if root.tag != "Response":
        raise Unparsable(f"the root is {root.tag}, not Response")
    verbs, nouns = (MESSAGING, MESSAGE_NOUNS) if messaging else (VERBS, NOUNS)
    reader = _Reader(verbs={**verbs, **nouns})
    top = frozenset(MESSAGING) if messaging else allowed
    elements = reader.children(root, top, "Response")
    if (root.text or "").strip() and not messaging:
        reader.wrong.append("Response holds text")
    return Document(url=url, elements=elements, wrong=tuple(reader.wrong))


@dataclass(slots=True, kw_only=True)
class _Reader:
    verbs: Mapping[str, Rule]
    wrong: list[str] = field(default_factory=list)

    def children(self, node: ElementTree.Element, allowed: frozenset[str], where: str) -> tuple[Element, ...]:
        found: list[Element] = []
        for child in node:
            name = str(child.tag)
            if name not in self.verbs:
                self.wrong.append(f"unknown: {where} > {name}")
            elif name not in allowed:
                kind = "not allowed while waiting" if allowed == WHILE_WAITING else "misplaced"
                self.wrong.append(f"{kind}: {where} > {name}")
            else:
                found.append(self.element(child, self.verbs[name]))
            if (child.tail or "").strip():
                self.wrong.append(f"text between elements of {where}")
        return tuple(found)

    def element(self, node: ElementTree.Element, rule: Rule) -> Element:
        name = str(node.tag)
        attributes = {key: value for key, value in node.attrib.items() if self.attribute(name, rule, key, value)}
        self.wrong += [f"{name} without {key}" for key in rule.required if key not in node.attrib]
        text = " ".join("".join(node.itertext()).split()) if rule.children <= SSML else (node.text or "").strip()
        if text and not rule.text:
            self.wrong.append(f"{name} holds text")
        if rule.needed and not text:
            self.wrong.append(f"{name} is empty")
        children = () if rule.children and rule.children <= SSML else self.children(node, rule.children, name)
        if rule.children and rule.children <= SSML:
            self.wrong += [
                f"unknown: {name} > {each.tag}" for each in node.iter() if each is not node and each.tag not in SSML
            ]
        return Element(name=name, attributes=attributes, text=text, children=children)

    def attribute(self, name: str, rule: Rule, key: str, value: str) -> bool:
        if key not in rule.attributes:
            self.wrong.append(f"{name} has no attribute {key}")
            return False
        if not rule.attributes[key](value):
            self.wrong.append(f"{name} {key}: bad value {value[:80]!r}")
            return False
        return True
