"""Proves that disks may fill up and break under a network: vaults at their quota and vaults on a full disk refuse with
words and keep what they have; a client whose disk is full says so; a vault whose database is cut off or flipped says so
when it starts, or keeps what is wrong to itself, and costs nobody else anything."""

import contextlib
import json
import os
import random
import signal
import subprocess
import tempfile
import unittest

import harness
from network import Network

MIB, PAGE = 1024 * 1024, 4096
RELAYS = 8
FITS = 400_000  # bytes of a file for which there is room everywhere


class FullDisks(harness.SystemTest):
    def keeps_what_it_has(self, network, inserter="node-01"):
        """A file that fits goes in, one that does not is refused, the first is still there and all nodes run."""
        content = os.urandom(FITS)
        key = network.insert(inserter, self.write("fits", content))["key"]
        too_much = self.write("too-much", os.urandom(48 * MIB))
        done = network.run(inserter, "--json", "insert", too_much, expect=4, limit=240)
        told = json.loads(done.stdout)["error"]
        self.assertEqual(told["code"], "full", told)
        self.assertRegex(told["message"], "only .* could be stored .*: the vaults near its places are full")
        self.assertEqual(network.run("client-01", "get", key, "-o", "-").stdout, content)
        nodes = network.nodes()
        self.assertTrue(all(node["running"] and node["status"] for node in nodes.values()))
        return nodes

    def test_vaults_at_their_quota(self):
        quota = 8 * MIB
        with Network(harness.PROGRAMS, self.path("net"), RELAYS, clients=1, quota="8MiB") as network:
            for node in self.keeps_what_it_has(network).values():
                self.assertLessEqual(node["status"].get("vault", {}).get("bytes_used", 0), quota)

    def small_disk(self, path, size):
        """A file system of that many bytes at `path`."""
        os.makedirs(path)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", path], capture_output=True)
        if done.returncode:
            raise unittest.SkipTest("a small disk takes the right to mount one")
        self.addCleanup(subprocess.run, ["umount", "-l", path], check=True)

    def test_vaults_on_full_disks(self):
        # A vault leaves 80 MiB of its disk alone.
        for i in range(1, RELAYS + 1):
            self.small_disk(self.path(f"net/node-{i:02}"), 92 * MIB)
        with Network(harness.PROGRAMS, self.path("net"), RELAYS, clients=1) as network:
            nodes = self.keeps_what_it_has(network, "client-01")
            full = [name for name, node in nodes.items() if node["status"].get("vault", {}).get("disk_full")]
            self.assertGreater(len(full), RELAYS // 2)
            for name in full:
                words = "the vault's disk is full: it takes no new blocks, and keeps those that it has"
                self.assertIn(words, nodes[name]["status"]["warnings"])
                # Told once, not for every block that came.
                self.assertEqual(network.log(name).count(words), network.log(name).count("has room again") + 1)

    def test_a_vault_on_a_full_disk_starts_again(self):
        # Every block of its disk taken by others: it writes nothing, and serves what it has.
        self.small_disk(self.path("net/node-01"), 120 * MIB)
        with Network(harness.PROGRAMS, self.path("net"), RELAYS, clients=1) as network:
            content = os.urandom(FITS)
            key = network.insert("client-01", self.write("fits", content))["key"]
            before = network.blocks()["node-01"]
            with contextlib.suppress(OSError), open(network.path("node-01", "filler"), "wb", buffering=0) as filler:
                while True:
                    filler.write(bytes(PAGE))
            os.kill(network.pid("node-01"), signal.SIGKILL)
            harness.eventually(lambda: not network.nodes()["node-01"]["running"], "the end of node-01")
            network.start()
            harness.eventually(lambda: network.blocks().get("node-01") == before, "the vault")
            self.assertTrue(network.vaults()["node-01"]["disk_full"])
            self.assertEqual(network.run("client-01", "get", key, "-o", "-").stdout, content)

    def test_a_client_on_a_full_disk(self):
        self.small_disk(self.path("net/client-01"), 4 * MIB)
        self.small_disk(self.path("small"), MIB)
        with Network(harness.PROGRAMS, self.path("net"), RELAYS, clients=1) as network:
            # A pipe is spooled first.
            done = network.run("client-01", "insert", "-", input=os.urandom(8 * MIB), expect=4)
            self.assertIn(b"No space left", done.stderr)
            content = os.urandom(3 * MIB)
            key = network.insert("client-01", self.write("file", content))["key"]
            done = network.run("client-01", "get", key, "-o", self.path("small/out"), expect=2)
            self.assertIn(b"No space left", done.stderr)
            self.assertFalse(os.path.exists(self.path("small/out")))
            self.assertEqual(network.run("client-01", "get", key, "-o", "-").stdout, content)


class DamagedStores(harness.SystemTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="catacomb-system-"))
        cls.network = cls.enterClassContext(Network(harness.PROGRAMS, os.path.join(folder, "net"), RELAYS, clients=1))
        cls.content = os.urandom(3 * MIB)
        with open(os.path.join(folder, "file"), "wb") as file:
            file.write(cls.content)
        cls.key = cls.network.insert("node-01", file.name)["key"]

    @contextlib.contextmanager
    def damaged(self, name, damage):
        """While that node's database is damaged: the others give the file. Afterwards all is as before."""
        os.kill(self.network.pid(name), signal.SIGKILL)
        harness.eventually(lambda: not self.network.nodes()[name]["running"], "its end")
        database = self.network.path(name, "vault", "data.mdb")
        with open(database, "rb") as file:
            sound = file.read()
        try:
            damage(database)
            yield
            got = self.network.run("client-01", "get", self.key, "-o", "-").stdout
            self.assertTrue(got == self.content, "the file comes back")
        finally:
            with open(database, "wb") as file:
                file.write(sound)
            self.network.start()

    def says(self, name, damage, sentence):
        with self.damaged(name, damage):
            command = [self.network.program("catacombd"), "--data-dir", self.network.path(name)]
            done = subprocess.run(command, capture_output=True, timeout=20)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertRegex(done.stderr.decode(), sentence)

    def test_a_database_that_was_cut_off(self):
        self.says("node-02", lambda file: os.truncate(file, 128 * 1024), "is cut short")

    def test_a_database_with_a_broken_head(self):
        def scribble(file):
            with open(file, "r+b") as out:
                out.write(b"\xff" * 8192)

        self.says("node-03", scribble, "database .* damaged")

    def test_a_database_with_flipped_bits_gives_no_wrong_byte(self):
        choice = random.Random(1)

        def flip(file):
            with open(file, "r+b") as out:
                for _ in range(200):
                    at = choice.randrange(2 * PAGE, 20 * 64 * 1024)  # behind the two heads
                    out.seek(at)
                    was = out.read(1)[0]
                    out.seek(at)
                    out.write(bytes([was ^ 1 << choice.randrange(8)]))

        with self.damaged("node-04", flip):
            daemon = self.start_daemon(self.network.path("node-04"))
            for _ in range(3):
                got = self.network.run("client-01", "get", self.key, "-o", "-").stdout
                self.assertTrue(got == self.content, "nothing wrong comes out of it")
            # It runs on, or has said why it does not; it has not crashed.
            self.assertIn(self.stop_daemon(daemon), (0, 1), self.last_words)


if __name__ == "__main__":
    harness.main()
