"""Becomes a service: gives up root where asked, ties its life to its parent's where asked, and runs the command.

A script of its own and not a `preexec_fn`, which may deadlock in a process with threads. The service keeps this pid.
Arguments: the parent's pid (0: outlive it), the signal to get at its death, the user ("": stay), the command.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def main() -> None:
    parent, signal_number, user, *command = sys.argv[1:]
    if user:
        account = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    # Elsewhere than on Linux a service outlives a parent that was killed: `close` still ends it in every other case.
    if int(parent) and sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal_number))
        if os.getppid() != int(parent):
            sys.exit("the process that asked for this service has ended")
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
