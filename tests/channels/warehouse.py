"""A centre whose warehouse is a channel of a Slack workspace."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from config.channel_accounts import ChannelAccount
from config.departments import Alerts, Department, Departments
from config.secret import Secret
from router.embedded import Urls
from tests.gateway.centre import TestCentre, two_nodes
from tests.simulators import slack

WAREHOUSE = "C0WAREHOUSE"


def with_a_warehouse(
    urls: Urls, template: str, workspace: slack.Slack, alerts: Alerts | None = None
) -> AbstractAsyncContextManager[TestCentre]:
    """alerts: what supervisors are told there; the account is `slack`."""
    account = ChannelAccount(
        key="slack",
        channel="slack",
        provider="slack",
        address="T1",
        options={},
        secrets={"bot_token": Secret(slack.BOT_TOKEN), "signing_secret": Secret(slack.SIGNING_SECRET)},
        language="en",
        department="",
        base_url=workspace.stand_in.url,
        rate_per_s=100.0,
        templates=(),
    )
    warehouse = Department(key="warehouse", label="Warehouse", account="slack", place=WAREHOUSE, due_s=3_600)
    departments = Departments(by_key={"warehouse": warehouse}, alerts=alerts)
    return two_nodes(urls, template, channels={"slack": account}, departments=departments)
