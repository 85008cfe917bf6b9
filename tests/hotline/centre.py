"""The configuration of a small centre that is reached by telephone.

Agents take calls in their browsers; experts are asked by them and take nothing from the line; one supervisor.
"""

from __future__ import annotations

from pathlib import Path

from loadtest.toml import section

NUMBER, ACCOUNT = "+48221234567", "hotline"
PASSWORD = "only-for-simulated-people"
QUEUES = ("support", "sales")
EXPERT, SUPERVISOR = "expert", "chief"
TOKEN_IN = "HOTLINE_AUTH_TOKEN"
SECRET_IN = "HOTLINE_API_SECRET"


def agents(count: int) -> tuple[str, ...]:
    return tuple(f"agent-{number}" for number in range(count))


def experts(count: int) -> tuple[str, ...]:
    return tuple(f"{EXPERT}-{number}" for number in range(count))


def email(staff_id: str) -> str:
    return f"{staff_id}@hotline.example"


def write(folder: Path, *, agent_count: int, expert_count: int, api: str, account_sid: str, api_key: str) -> None:
    """api: where Twilio's REST API is played."""
    (folder / "policy").mkdir(parents=True)
    (folder / "policy" / "hotline.toml").write_text(_policy(), encoding="utf-8")
    (folder / "staff.toml").write_text(_staff(agent_count, expert_count), encoding="utf-8")
    (folder / "accounts.toml").write_text(_accounts(), encoding="utf-8")
    (folder / "channels.toml").write_text(_channels(api, account_sid, api_key), encoding="utf-8")


def _policy() -> str:
    return "\n".join(
        (
            'default_queue = "support"\nskills = ["en"]\n',
            section("[channels.webchat]", weight=25, at_most=4, ring_s=20),
            section("[channels.voice]", weight=100, at_most=1, ring_s=5),
            *(section(f"[queues.{name}]", label=name.title(), wrap_up_s=30) for name in QUEUES),
            section("[presence]", lease_s=10, grace_s=20),
            section("[dispositions.resolved]", label="Resolved"),
        )
    )


def _staff(agent_count: int, expert_count: int) -> str:
    people = [(each, "agent", list(QUEUES)) for each in agents(agent_count)]
    people += [(each, "agent", []) for each in experts(expert_count)]
    people.append((SUPERVISOR, "supervisor", []))
    entries = (
        section(
            "[[staff]]",
            id=staff_id,
            name=staff_id.title(),
            email=email(staff_id),
            team="Hotline",
            role=role,
            skills={"en": 5},
            queues=queues,
        )
        for staff_id, role, queues in people
    )
    return "\n".join((section("[passwords]", agent=PASSWORD, supervisor=PASSWORD, admin=PASSWORD), *entries))


def _accounts() -> str:
    origins = ["http://127.0.0.1:*"]
    return "\n".join(
        (
            section("[[accounts]]", key="web", allowed_origins=origins, languages=["en"], departments=list(QUEUES)),
            section("[accounts.texts.en]", title="Hotline", welcome="Hello."),
            section("[accounts.texts.en.departments]", **{name: name.title() for name in QUEUES}),
        )
    )


def _channels(api: str, account_sid: str, api_key: str) -> str:
    return "\n".join(
        (
            section("[[channels]]", key=ACCOUNT, channel="voice", address=NUMBER, department="support", base_url=api),
            section("[channels.options]", account_sid=account_sid, api_key_sid=api_key),
            section("[channels.secrets]", auth_token=f"env:{TOKEN_IN}", api_key_secret=f"env:{SECRET_IN}"),
            section("[channels.voice]", country="PL", record="on_demand", answer_s=5, ring_s=10, grace_s=5),
            *(
                section(
                    "[[channels.voice.menu]]",
                    digit=str(number),
                    queue=name,
                    labels={"en": name.title()},
                    words={"en": [name]},
                )
                for number, name in enumerate(QUEUES, 1)
            ),
        )
    )
