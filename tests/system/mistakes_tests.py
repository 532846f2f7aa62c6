"""Proves, on real nodes, that what a user gets wrong or breaks off ends with a sentence that says so and an exit code,
within a deadline, and that afterwards the network is what it was: a mistyped key, a key of nothing, a file that changes
while it goes in, an output that cannot be written, Ctrl-C, and a node that dies."""

import os
import signal
import subprocess
import tempfile

import bech32m
import harness
from network import Network

MIB = 1024 * 1024
SLOW = 48 * MIB  # takes longer to insert than a test takes to interfere


class Mistakes(harness.SystemTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="catacomb-system-"))
        cls.network = cls.enterClassContext(Network(harness.PROGRAMS, os.path.join(folder, "net"), 8, clients=1))
        cls.content = os.urandom(100_000)
        with open(os.path.join(folder, "kept"), "wb") as file:
            file.write(cls.content)
        cls.key = cls.network.insert("node-01", file.name)["key"]

    def tearDown(self):
        """Whatever was done: all nodes run, none has a job left, and the file is there."""
        nodes = self.network.nodes()
        self.assertTrue(all(node["running"] for node in nodes.values()))
        harness.eventually(
            lambda: not any(node["status"]["jobs_running"] for node in self.network.nodes().values()), "no job left"
        )
        self.assertEqual(self.network.run("client-01", "get", self.key, "-o", "-").stdout, self.content)
        super().tearDown()

    def start(self, node, *words, **how):
        running = subprocess.Popen(self.network.command(node, *words), stderr=subprocess.PIPE, **how)
        self.addCleanup(running.communicate)
        self.addCleanup(running.kill)
        return running

    def job_runs(self, node):
        """Waits until the node's job has begun to store or fetch."""

        def runs():
            return self.network.nodes()[node]["status"]["jobs_running"] > 0

        harness.eventually(runs, "the job")

    def test_a_mistyped_key_says_so_and_where(self):
        for at in (5, len(self.key) // 2, len(self.key) - 1):
            typo = self.key[:at] + ("q" if self.key[at] != "q" else "p") + self.key[at + 1 :]
            for verb in ("get", "check"):
                words = self.network.run("client-01", verb, typo, expect=2, limit=10).stderr.decode()
                self.assertIn("mistyped", words)
                self.assertIn(f"character {at + 1}", words)

    def test_a_key_of_nothing_is_not_found(self):
        prefix, symbols = bech32m.decode(self.key)
        self.assertEqual(bech32m.encode(prefix, symbols), self.key)
        middle = len(symbols) // 4  # of the root, which follows a few bytes of profile
        symbols[middle] ^= 1
        nothing = bech32m.encode(prefix, symbols)
        for out in ("-", self.path("out")):
            words = self.network.run("client-01", "get", nothing, "-o", out, expect=1, limit=30).stderr.decode()
            self.assertRegex(words, r"not found: 0 of the \d+ blocks")
        done = self.network.run("client-01", "check", nothing, expect=1, limit=30)
        self.assertRegex(done.stdout.decode(), r"^not readable: .* has 0 of \d+ blocks, and needs \d+\n$")
        self.assertEqual([name for name in os.listdir(self.dir) if name.startswith("out")], [])

    def test_a_file_that_changes_while_it_goes_in(self):
        for change in (self.overwrite_end, lambda file: os.truncate(file, MIB)):
            source = self.write("changing", os.urandom(SLOW))
            running = self.start("node-02", "insert", source, stdout=subprocess.PIPE)
            self.job_runs("node-02")
            change(source)
            out, words = running.communicate(timeout=harness.DEADLINE)
            self.assertEqual((running.returncode, out), (2, b""), words)
            self.assertRegex(words.decode(), "changed|became shorter|is not what it was")

    def overwrite_end(self, file):
        with open(file, "r+b") as out:
            out.seek(-1000, os.SEEK_END)
            out.write(os.urandom(1000))

    def test_a_file_that_cannot_be_read(self):
        words = self.network.run("node-02", "insert", self.path("nowhere"), expect=2, limit=10).stderr
        self.assertIn(b"cannot read", words)

    def test_an_output_that_cannot_be_written(self):
        taken = self.write("taken", b"mine")
        for out, words in ((taken, b"exists already"), (self.path("no/dir"), b"cannot write"), ("/dev/full", b"No space")):
            done = self.network.run("client-01", "get", self.key, "-o", out, expect=2, limit=20)
            self.assertIn(words, done.stderr)
        self.assertEqual(self.read("taken"), b"mine")

    def test_ctrl_c_ends_a_get(self):
        source = self.write("long", os.urandom(SLOW))
        key = self.network.insert("node-02", source)["key"]
        # Nobody reads its output, so that it cannot end before it is interrupted.
        running = self.start("client-01", "get", key, "-o", "-", stdout=subprocess.PIPE)
        self.assertEqual(len(running.stdout.read(MIB)), MIB)
        running.send_signal(signal.SIGINT)
        running.wait(timeout=10)
        self.assertEqual(running.returncode, 5)
        jobs = self.network.run("client-01", "jobs").stdout
        self.assertIn(b"cancelled", jobs)

    def test_a_node_that_is_killed_while_it_inserts(self):
        source = self.write("long", os.urandom(SLOW))
        running = self.start("node-03", "insert", source, stdout=subprocess.PIPE)
        self.job_runs("node-03")
        os.kill(self.network.pid("node-03"), signal.SIGKILL)
        out, words = running.communicate(timeout=20)
        self.assertEqual((running.returncode, out), (3, b""), words)
        self.assertRegex(words.decode(), "broke off|no node is running")
        self.assertIn(b"no node is running", self.network.run("node-03", "status", expect=3, limit=10).stderr)
        self.network.start()
        key = self.network.insert("node-03", source)["key"]
        self.network.run("client-01", "get", key, "-o", self.path("back"))
        self.assertTrue(self.read("back") == self.read("long"), "the second insert is whole")


if __name__ == "__main__":
    harness.main()
