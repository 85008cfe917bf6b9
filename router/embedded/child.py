"""Become a server program that dies with its parent. Run as a script: `python -I -S child.py PLAN PROGRAM ARGS…`.

PLAN is a JSON object: parent (its process id), death_signal, and when started as root user_id, group_id and
through_closed_doors: keep the one right to walk through directories (a checkout in /root) that the user cannot enter.

On Linux the kernel sends death_signal when the parent dies (prctl(2) PR_SET_PDEATHSIG). A change of user clears that
setting, so it comes after; the parent may be gone before, so it is looked for once more. Elsewhere this process stays,
and ends the program when its standard input, held by the parent, closes.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAP_DAC_OVERRIDE = 1
LINUX_CAPABILITY_VERSION_3 = 0x20080522


def become(plan: dict[str, Any], program: list[str]) -> None:
    """Replace this process by program (Linux), or run it and watch over it (elsewhere)."""
    linux = sys.platform == "linux"
    if "user_id" in plan:
        _change_user(plan["user_id"], plan["group_id"], keep_door_right=linux and plan["through_closed_doors"])
    if not linux:
        sys.exit(_watch_over(program, plan["death_signal"]))
    _system_call("prctl", PR_SET_PDEATHSIG, plan["death_signal"], 0, 0, 0)
    if os.getppid() != plan["parent"]:
        sys.exit("the parent died first")
    os.execv(program[0], program)  # noqa: S606


def _change_user(user_id: int, group_id: int, *, keep_door_right: bool) -> None:
    if keep_door_right:
        _system_call("prctl", PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(group_id)
    os.setuid(user_id)
    if keep_door_right:
        _keep_only(CAP_DAC_OVERRIDE)


def _keep_only(capability: int) -> None:
    """Drop every other capability and hand this one on over exec (capabilities(7), ambient)."""
    header = (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3, 0)
    bit = 1 << capability
    effective_permitted_inheritable = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    _system_call("capset", header, effective_permitted_inheritable)
    _system_call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def _system_call(name: str, *args: object) -> None:
    numbers_and_pointers = [ctypes.c_ulong(arg) if isinstance(arg, int) else arg for arg in args]
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*numbers_and_pointers) != 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def _watch_over(program: list[str], death_signal: int) -> int:
    early: list[int] = []
    send: Callable[[int], None] = early.append
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, lambda received, _frame: send(received))
    with subprocess.Popen(program, stdin=subprocess.DEVNULL, close_fds=False) as child:  # noqa: S603
        send = child.send_signal
        for received in early:
            send(received)

        def end_with_parent() -> None:
            os.read(0, 1)  # not sys.stdin: its lock is still held here when the interpreter ends
            child.send_signal(death_signal)

        threading.Thread(target=end_with_parent, daemon=True).start()
        code = child.wait()
        return code if code >= 0 else 128 - code  # as a shell tells that a signal ended it


if __name__ == "__main__":
    become(json.loads(sys.argv[1]), sys.argv[2:])
