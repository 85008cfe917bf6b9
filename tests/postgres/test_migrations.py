"""Migrations are applied once, in order, whole, whoever starts first."""

from __future__ import annotations

import asyncio
import itertools
import re

import asyncpg
import pytest

from router.embedded import Urls
from router.store.postgres.migrations import Migration, MigrationError, migrate, migrations
from tests.servers import database

_numbers = itertools.count(1)


@pytest.fixture
async def empty_url(embedded_urls: Urls) -> str:
    name = f"empty_{next(_numbers)}"
    connection = await asyncpg.connect(embedded_urls.postgres)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return database(embedded_urls.postgres, name)


async def tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    return {row["tablename"] for row in rows}


async def test_nodes_that_start_at_once_migrate_once(empty_url: str) -> None:
    applied = await asyncio.gather(*[migrate(empty_url) for _ in range(4)])
    everything = [migration.name for migration in migrations()]
    assert sorted(applied, key=len) == [[], [], [], everything]
    assert {"conversations", "messages", "journal"} <= await tables(empty_url)


async def test_a_migration_that_fails_leaves_nothing(empty_url: str) -> None:
    good = Migration(name="1.pre.good", phase="pre", sql="CREATE TABLE good ()")
    bad = Migration(name="2.pre.bad", phase="pre", sql="CREATE TABLE bad (); SELECT 1 / 0")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(empty_url, all_migrations=[good, bad])
    assert await tables(empty_url) == {"schema_migrations", "good"}
    mended = Migration(name="2.pre.bad", phase="pre", sql="CREATE TABLE bad ()")
    assert await migrate(empty_url, all_migrations=[good, mended]) == ["2.pre.bad"]


async def test_a_database_made_by_something_else_is_refused_by_name(empty_url: str) -> None:
    table = Migration(name="1.pre.people", phase="pre", sql="CREATE TABLE people ()")
    await migrate(empty_url, all_migrations=[table])
    with pytest.raises(MigrationError, match=r'2\.pre\.again does not fit this database: relation "people" already'):
        await migrate(empty_url, all_migrations=[table, Migration(name="2.pre.again", phase="pre", sql=table.sql)])


async def test_a_changed_migration_is_refused(empty_url: str) -> None:
    await migrate(empty_url, all_migrations=[Migration(name="1.pre.a", phase="pre", sql="SELECT 1")])
    with pytest.raises(MigrationError, match=r"1\.pre\.a was changed"):
        await migrate(empty_url, all_migrations=[Migration(name="1.pre.a", phase="pre", sql="SELECT 2")])


async def test_a_database_that_other_files_began_is_refused_and_left_as_it_is(empty_url: str) -> None:
    before = [Migration(name="1.pre.a", phase="pre", sql="CREATE TABLE staff ()")]
    after = [
        Migration(name=name, phase="pre", sql=f"CREATE TABLE {name[-5:]} ()") for name in ("1.pre.staff", "2.pre.cases")
    ]
    await migrate(empty_url, all_migrations=before)
    with pytest.raises(MigrationError, match=r"begun with 1\.pre\.a.* begins with 1\.pre\.staff"):
        await migrate(empty_url, all_migrations=after)
    assert await tables(empty_url) == {"schema_migrations", "staff"}
    later = Migration(name="2.pre.later", phase="pre", sql="SELECT 1")
    assert await migrate(empty_url, all_migrations=[*before, later]) == ["2.pre.later"]
    assert await migrate(empty_url, all_migrations=before) == [], "an older node runs on"


async def test_post_migrations_wait_until_they_are_asked_for(empty_url: str) -> None:
    both = [
        Migration(name="1.pre.a", phase="pre", sql="SELECT 1"),
        Migration(name="2.post.b", phase="post", sql="SELECT 1"),
    ]
    assert await migrate(empty_url, phases=["pre"], all_migrations=both) == ["1.pre.a"]
    assert await migrate(empty_url, all_migrations=both) == ["2.post.b"]


def test_migrations_have_a_number_a_phase_and_a_name_of_their_own() -> None:
    names = [migration.name for migration in migrations()]
    assert names == sorted(set(names))
    assert all(re.match(r"\d{4}\.(pre|post)\.[a-z_]+$", name) for name in names)
