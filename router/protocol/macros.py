"""What agents have at hand: quick texts with variables, and macros, several actions in one key (`/ws/agent`).

Variables are written `{{customer.name}}` or, with what stands in when it is not known, `{{customer.name|there}}`.

What is refused with bad_value says where in `field` (`texts.en`, `actions.2.when`), and why in `word`: unknown_variable
(`name`, and `near` if one was meant), braces, condition (`reason`, `line`, `column`), empty, or that there is no such
thing (unknown_queue, unknown_disposition …; `name`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from router.protocol.base import Command, Id, Number, Record, Result
from router.protocol.knowledge import Key, Language

Short = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)", max_length=32)]


Teams = Annotated[list[Annotated[str, Meta(min_length=1, max_length=80)]], Meta(max_length=50)]
"""Who may use it: agents of these teams, supervisors and admins. Empty: everybody."""


class QuickText(Record, frozen=True, kw_only=True):
    """short: what is typed after `/`. mine: nobody else sees it. texts: language → text with variables."""

    quick_text_id: str
    short: str
    title: str
    mine: bool
    texts: dict[str, str]
    teams: list[str]
    revision: int
    used: int


ItemAction = Literal["hand_over", "wrap_up", "close"]
CaseAction = Literal[
    "set_status", "set_priority", "set_type", "assign", "move", "label", "open_step", "link_article", "close_case"
]
ActionKind = Literal["send", "note"] | ItemAction | CaseAction


class MacroAction(Record, frozen=True, kw_only=True):
    """One thing a macro does.

    send: `text` (with variables), or the quick text named `quick_text`, to the customer. note: `text` for staff.
    Of a work item in my hands: hand_over: to the queue `value`, with `text` as the note. wrap_up: end the talk.
    close: complete it with the disposition `value`.
    Of the case in view, or the one the conversation belongs to: set_status, set_priority, set_type: to `value`. assign:
    to the agent `value`; "me": to me; empty: to nobody. move: to the queue `value`, nobody's there. label: with
    `value` besides. open_step: the department `value` is asked, with `subject` and `text`. link_article: the article
    with the key `value` stands in its feed. close_case: closed; a disposition in `value` becomes a label of it.
    when: a condition as in routing rules; the action is passed over when it does not hold. Empty: always.
    """

    do: ActionKind
    text: str = ""
    subject: str = ""
    quick_text: str = ""
    value: str = ""
    when: str = ""


class Macro(Record, frozen=True, kw_only=True):
    """keys: the digit that runs it (with the client's chord); empty: none.

    condition: when it is offered; empty: always.
    applies: it is offered for the conversation or case that was asked about, and every action is possible there.
    """

    macro_id: str
    key: str
    title: str
    keys: str
    condition: str
    actions: list[MacroAction]
    teams: list[str]
    revision: int
    used: int
    applies: bool


class MacroOutcome(Record, frozen=True, kw_only=True):
    """code: why it was refused, as in errors; empty otherwise. passed_over: it was not called for.

    not_done: it was not tried, because another one was refused.
    """

    do: ActionKind
    outcome: Literal["done", "passed_over", "refused", "not_done"]
    code: str


class Assignee(Record, frozen=True, kw_only=True):
    """Somebody a case can be given to."""

    agent_id: str
    name: str


class FetchQuickTexts(Command, tag="quick_texts.fetch", frozen=True, kw_only=True):
    """Those I may use, by what is typed; editors see everybody's."""


class FillQuickText(Command, tag="quick_text.fill", frozen=True, kw_only=True):
    """The text for a conversation of mine, variables filled in. Errors: unknown_quick_text, not_yours."""

    quick_text_id: Id
    conversation_id: Id
    language: Language


class PutQuickText(Command, tag="quick_text.put", frozen=True, kw_only=True):
    """Make (quick_text_id empty) or change one. mine: for me alone; everybody's need an editor (wrong_role).

    Errors: quick_text_exists (its short), changed_meanwhile, unknown_quick_text, bad_value (its message says what).
    """

    quick_text_id: str = ""
    revision: Number = 0
    short: Short
    title: str
    mine: bool
    texts: dict[Language, str]
    teams: Teams = field(default_factory=list)


class RemoveQuickText(Command, tag="quick_text.remove", frozen=True, kw_only=True):
    """Errors: unknown_quick_text, wrong_role."""

    quick_text_id: Id


class PreviewText(Command, tag="text.preview", frozen=True, kw_only=True):
    """A text as it would be sent to somebody made up; answered by `filled`. Errors: bad_value, text_too_long."""

    text: str


class FetchMacros(Command, tag="macros.fetch", frozen=True, kw_only=True):
    """Macros I may use (editors: all), for a conversation or a case with what applies to it.

    Errors: not_yours, unknown_case.
    """

    conversation_id: str = ""
    case_id: str = ""


class PutMacro(Command, tag="macro.put", frozen=True, kw_only=True):
    """Make (macro_id empty) or change one. Editors.

    Errors: macro_exists (key), changed_meanwhile, unknown_macro, bad_value (the message says which action and why).
    """

    macro_id: str = ""
    revision: Number = 0
    key: Key
    title: str
    keys: Annotated[str, Meta(pattern=r"^[1-9]?$(?!\n)")] = ""
    condition: str = ""
    actions: list[MacroAction]
    teams: Teams = field(default_factory=list)


class RemoveMacro(Command, tag="macro.remove", frozen=True, kw_only=True):
    """Editors. Errors: unknown_macro."""

    macro_id: Id


class RunMacro(Command, tag="macro.run", frozen=True, kw_only=True):
    """Carry out a macro on an item in my hands (work_item_id), or on a case I may change (case_id).

    All or nothing, as far as can be told before: when an action would be refused now, none is carried out. Then action
    by action; one that is refused all the same ends the run. Idempotent by client_id: a repeat goes on where it was.
    Errors: unknown_macro, not_yours, wrong_state (does not apply), unknown_case, bad_value (neither or both).
    """

    client_id: Id
    macro_id: Id
    work_item_id: str = ""
    case_id: str = ""


MacroCommand = (
    FetchQuickTexts
    | FillQuickText
    | PutQuickText
    | RemoveQuickText
    | PreviewText
    | FetchMacros
    | PutMacro
    | RemoveMacro
    | RunMacro
)


class QuickTexts(Result, tag="quick_texts", frozen=True, kw_only=True):
    """variables: what may be written between braces. teams: those there are."""

    quick_texts: list[QuickText]
    variables: list[str]
    teams: list[str]
    may_edit: bool


class Filled(Result, tag="filled", frozen=True, kw_only=True):
    """missing: variables that are not known here; they stand in the text as they were written."""

    text: str
    language: str
    missing: list[str]


class Macros(Result, tag="macros", frozen=True, kw_only=True):
    """teams, assignees: those there are, for editors. names: what conditions may speak of."""

    macros: list[Macro]
    may_edit: bool
    teams: list[str]
    assignees: list[Assignee]
    names: list[str]


class Put(Result, tag="put", frozen=True, kw_only=True):
    """The thing has this id and revision now."""

    thing_id: str
    revision: int


class MacroRan(Result, tag="macro.ran", frozen=True, kw_only=True):
    """outcomes: one for each action, in their order."""

    outcomes: list[MacroOutcome]


MacroResult = QuickTexts | Filled | Macros | Put | MacroRan
