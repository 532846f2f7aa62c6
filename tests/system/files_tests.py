"""Proves that files of every size that is on an edge go in and come back bit-equal over a real network: nothing, one
byte, one byte either side of where the class of the blocks changes and where a segment ends, two segments, 10 MiB; each
from a file and from a pipe, to a node that held nothing. That an edge is where it is taken to be is read from the insert's
report."""

import json
import os
import tempfile

import harness
from network import Network

MIB = 1024 * 1024
BLOCKS = (976, 3936, 15888, 63696, 254928)  # of each class (docs/spec/segments.md)
OVERHEAD = 264  # of a block: header, commitment, share, Merkle path
SEAL = 8 + 16  # of a segment: its length, and the tag


def capacity(k, block):
    return k * (block - OVERHEAD) - SEAL


SEGMENT = capacity(20, BLOCKS[4])
# The most that a leaf of each class of blocks holds; the last is a whole segment.
CLASS_EDGES = [capacity(20, size) for size in BLOCKS[:4]]
NAME = "a name"


class Files(harness.SystemTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="catacomb-system-"))
        cls.network = cls.enterClassContext(Network(harness.PROGRAMS, os.path.join(folder, "net"), clients=1))

    def there_and_back(self, size, pipe):
        """The report of the insert."""
        content = os.urandom(size)
        if pipe:
            report = self.network.insert("node-01", "-", input=content)
            back = self.network.run("client-01", "get", report["key"], "-o", "-").stdout
        else:
            report = self.network.insert("node-01", self.write(NAME, content))
            self.network.run("client-01", "get", report["key"], "-o", self.path("back"))
            back = self.read("back")
            os.remove(self.path("back"))
        self.assertTrue(back == content, f"{size} bytes come back equal")
        self.assertEqual(report["blocks_placed"], report["blocks_wanted"], size)
        return report

    def test_leases_are_renewed(self):
        """By another node, from the key; then again while some vaults are gone, which are not counted."""
        report = self.network.insert("node-01", self.write(NAME, os.urandom(6 * MIB)))
        done = self.network.run("client-01", "--json", "renew", report["key"], "--lease", "31")
        renewed = json.loads(done.stdout)["renew"]
        self.assertEqual(renewed["blocks_renewed"], report["blocks_wanted"])
        self.assertEqual(renewed["lease_end"], report["lease_end"] + 24 * 3600)
        self.network.testnet("kill", "2", "--not", "node-01", "--seed", "1")
        try:
            done = self.network.run("client-01", "--json", "renew", report["key"], "--lease", "31", limit=120)
            fewer = json.loads(done.stdout)["renew"]
            self.assertLess(fewer["blocks_renewed"], renewed["blocks_renewed"])
            self.assertEqual(fewer["segments_short"], 0)
        finally:
            self.network.testnet("start")

    def edges(self, pipe):
        self.assertEqual(SEGMENT, 5_093_256)
        front = 1 if pipe else 1 + len(NAME)  # the name's length and the name stand before the content
        for size in (0, 1):
            self.assertEqual(self.there_and_back(size, pipe)["segments"], 1)
        for edge in CLASS_EDGES:
            # The fullest of a class has 60 blocks, the emptiest of the next the fewest there are.
            for size, blocks in ((edge - 1, 60), (edge, 60), (edge + 1, 32)):
                self.assertEqual(self.there_and_back(size - front, pipe)["blocks_wanted"], blocks, size)
        # Then leaves under a branch, without the name.
        for size, segments in (
            (SEGMENT - front - 1, 1),
            (SEGMENT - front, 1),
            (SEGMENT - front + 1, 2),
            (SEGMENT - 1, 1 if front == 1 else 2),
            (SEGMENT, 2),
            (SEGMENT + 1, 3),
            (2 * SEGMENT - 1, 3),
            (2 * SEGMENT, 3),
            (2 * SEGMENT + 1, 4),
            (16 * MIB, 5),
        ):
            self.assertEqual(self.there_and_back(size, pipe)["segments"], segments, size)

    def test_from_a_file(self):
        self.edges(pipe=False)

    def test_from_a_pipe(self):
        self.edges(pipe=True)

    def test_the_stored_name_comes_back(self):
        content = os.urandom(100)
        key = self.network.insert("node-01", self.write(NAME, content))["key"]
        got = self.network.run("client-01", "get", key, cwd=self.dir, expect=2)
        self.assertIn(b"exists already", got.stderr)
        os.mkdir(self.path("there"))
        self.network.run("client-01", "get", key, cwd=self.path("there"))
        self.assertEqual(self.read("there/" + NAME), content)


if __name__ == "__main__":
    harness.main()
