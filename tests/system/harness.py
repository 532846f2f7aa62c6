"""What the system tests share: running the command line, and daemons and testnets that never outlive the test."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAMS = ""
DEADLINE = 60  # seconds for any single step


def eventually(condition, what, limit=DEADLINE):
    """Asks again and again until `condition` gives something true, and gives that."""
    deadline = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {limit} s: {what}")
        time.sleep(0.02)


class SystemTest(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="catacomb-system-")
        self.data = os.path.join(self.dir, "data")
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def command(self, *words, data=None):
        return [os.path.join(PROGRAMS, "catacomb"), "--data-dir", data or self.data, *words]

    def run_catacomb(self, *words, data=None, stdin=None, expect=0, cwd=None, limit=DEADLINE, preexec=None):
        """Runs it to its end and checks the exit code; gives the completed process, its output as bytes."""
        done = subprocess.run(
            self.command(*words, data=data),
            input=stdin,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            capture_output=True,
            cwd=cwd or self.dir,
            timeout=limit,
            preexec_fn=preexec,
        )
        self.assertEqual(done.returncode, expect, f"{words}: {done.stderr.decode(errors='replace')}")
        return done

    def start_daemon(self, data=None, environment=None):
        data = data or self.data
        daemon = subprocess.Popen(
            [os.path.join(PROGRAMS, "catacombd"), "--data-dir", data],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
        )
        self.addCleanup(self.stop_daemon, daemon)
        eventually(lambda: os.path.exists(os.path.join(data, "api.port")) or daemon.poll() is not None, "api.port")
        return daemon

    def stop_daemon(self, daemon, number=signal.SIGTERM):
        """Gives the exit code, and keeps what the daemon had said."""
        if daemon.poll() is None:
            daemon.send_signal(number)
        try:
            words = daemon.communicate(timeout=DEADLINE)[1]
        except subprocess.TimeoutExpired:
            daemon.kill()
            words = daemon.communicate()[1]
        self.last_words = (words or b"").decode(errors="replace")
        return daemon.returncode


def main():
    global PROGRAMS
    if len(sys.argv) < 2:
        sys.exit("usage: " + sys.argv[0] + " FOLDER-OF-PROGRAMS [unittest arguments]")
    PROGRAMS = os.path.abspath(sys.argv.pop(1))
    unittest.main(module="__main__", verbosity=2)
