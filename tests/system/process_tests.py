"""Proves what a node does as a process among others: it tells its service manager when it serves and when it stops, opens
its log anew on SIGHUP, takes as many open files as it may have, says so when these are too few, and leaves its memory in
no core dump."""

import os
import resource
import signal
import socket
import subprocess

import harness


class ServiceManager(harness.SystemTest):
    def told(self, name):
        """What the node tells a manager that listens at `name`, in order, from its start to its end."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind("\0" + name[1:] if name[0] == "@" else name)
            manager.settimeout(harness.DEADLINE)
            daemon = self.start_daemon(environment={"NOTIFY_SOCKET": name})
            words = [manager.recv(4096).decode().split("\n")]
            words.append(manager.recv(4096).decode().split("\n"))
            self.run_catacomb("status")  # it is true
            self.stop_daemon(daemon)
            words.append(manager.recv(4096).decode().split("\n"))
            return words

    def test_it_hears_of_readiness_and_of_stopping(self):
        for name in (self.path("notify"), f"@catacomb-test-{os.getpid()}"):
            starting, ready, stopping = self.told(name)
            self.assertIn("STATUS=starting", starting)
            self.assertIn("READY=1", ready)
            self.assertEqual(stopping, ["STOPPING=1"])

    def test_one_that_is_not_there_is_no_reason_to_stop(self):
        for name in ("/no/such/socket", "@", "relative", "/" + "x" * 300):
            daemon = self.start_daemon(environment={"NOTIFY_SOCKET": name})
            self.run_catacomb("status")
            self.assertEqual(self.stop_daemon(daemon), 0)


class Log(harness.SystemTest):
    def test_sighup_opens_it_anew(self):
        log, old = self.path("log"), self.path("log.1")
        daemon = self.start_daemon(environment={"CATACOMB_LOG_FILE": log})
        os.rename(log, old)
        daemon.send_signal(signal.SIGHUP)
        harness.eventually(lambda: os.path.exists(log) and b"open anew" in self.read("log"), "the new log")
        self.assertEqual(self.stop_daemon(daemon), 0)
        self.assertIn(b"stopping", self.read("log"))
        self.assertNotIn(b"stopping", self.read("log.1"))

    def test_one_that_cannot_be_opened_anew_goes_on(self):
        os.mkdir(self.path("logs"))
        daemon = self.start_daemon(environment={"CATACOMB_LOG_FILE": self.path("logs/log")})
        os.rename(self.path("logs"), self.path("moved"))
        self.write("logs", b"in the way")
        daemon.send_signal(signal.SIGHUP)
        harness.eventually(lambda: b"cannot open the log anew" in self.read("moved/log"), "the word of it")
        self.assertEqual(self.stop_daemon(daemon), 0)

    def test_sighup_without_a_file_changes_nothing(self):
        daemon = self.start_daemon()
        daemon.send_signal(signal.SIGHUP)
        self.run_catacomb("status")
        self.assertEqual(self.stop_daemon(daemon), 0)


class OpenFiles(harness.SystemTest):
    def test_closed_descriptors_become_nothing_else(self):
        # Else the first files that it opens take their numbers, and get what is meant for the terminal.
        daemon = subprocess.Popen(
            [os.path.join(harness.PROGRAMS, "catacombd"), "--data-dir", self.data],
            preexec_fn=lambda: os.closerange(0, 3),
        )
        self.addCleanup(self.stop_daemon, daemon)
        harness.eventually(lambda: os.path.exists(os.path.join(self.data, "api.port")), "api.port")
        for number in range(3):
            self.assertEqual(os.readlink(f"/proc/{daemon.pid}/fd/{number}"), "/dev/null")
        self.run_catacomb("status")

    def test_too_few_are_told(self):
        for limit in (8, 12, 127):
            done = self.run_catacomb(
                "node", expect=4, preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
            )
            self.assertIn(f"the limit of open files is {limit}, and 128 are needed".encode(), done.stderr)

    def test_it_takes_what_it_may_have(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        daemon = subprocess.Popen(
            [os.path.join(harness.PROGRAMS, "catacombd"), "--data-dir", self.data],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard)),
        )
        self.addCleanup(self.stop_daemon, daemon)
        harness.eventually(lambda: os.path.exists(os.path.join(self.data, "api.port")), "api.port")
        self.assertEqual(resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE), (hard, hard))


class CoreDumps(harness.SystemTest):
    def test_its_memory_is_in_none(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
        daemon = subprocess.Popen(
            [os.path.join(harness.PROGRAMS, "catacombd"), "--data-dir", self.data],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.dir,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (hard, hard)),
        )
        self.addCleanup(self.stop_daemon, daemon)
        harness.eventually(lambda: os.path.exists(os.path.join(self.data, "api.port")), "api.port")
        self.assertEqual(resource.prlimit(daemon.pid, resource.RLIMIT_CORE), (0, 0))
        # Where the kernel feeds a program with the dump, the limit stops nothing, and this does.
        with open(f"/proc/{daemon.pid}/coredump_filter") as kinds:
            self.assertEqual(int(kinds.read(), 16), 0)
        # Its user sees what it has open.
        self.assertTrue(os.listdir(f"/proc/{daemon.pid}/fd"))
        before = set(os.listdir(self.dir))
        daemon.send_signal(signal.SIGABRT)
        self.assertEqual(daemon.wait(harness.DEADLINE), -signal.SIGABRT)
        self.assertEqual([name for name in set(os.listdir(self.dir)) - before if "core" in name], [])


if __name__ == "__main__":
    harness.main()
