"""Proves that the formats are what docs/spec says, by a second reader that was written from it alone: files of every
size come out of a stopped testnet's stores with nothing but the key, from their first blocks and from their last ones;
so does one from a store with a tree of two levels; a segment's blocks can all be made again; and damage is noticed."""

import json
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [HERE, os.path.join(os.path.dirname(HERE), "system")]

import blake3
import harness
import segments
import stores
import trees
from network import Network

SIZES = (0, 1, 700, 100_000, 1_400_000, 30_000_000)
FANOUT = 2


def decoded(key, found, from_the_end=False, fanout=2048):
    parts = []
    file = trees.File(trees.decode_key(key), found.get, parts.append, from_the_end, fanout)
    return file.name.decode(), b"".join(parts)


class Second(harness.SystemTest):
    def check_segment(self, key, found):
        """The top segment of a key: every block that is stored is the one that follows from k of them."""
        ref = trees.decode_key(key).ref
        blocks = segments.rederived(ref, *segments.recover(ref, found.get))
        stored = [found.get(ref.root, index) for index in range(ref.n)]
        self.assertTrue(all(one in (None, other) for one, other in zip(stored, blocks)))
        self.assertGreaterEqual(sum(one is not None for one in stored), ref.k)

    def test_its_blake3_is_that_of_the_published_vectors(self):
        with open(os.path.join(HERE, "..", "vectors", "blake3.json")) as file:
            published = json.load(file)
        for case in published["cases"]:
            data = bytes(i % 251 for i in range(case["input_len"]))
            for name, out in (("hash", blake3.blake3), ("derive_key", blake3.derive)):
                front = (published["context_string"],) if name == "derive_key" else ()
                self.assertEqual(out(*front, data, len(case[name]) // 2).hex(), case[name], case["input_len"])

    def test_files_of_a_stopped_testnet(self):
        choice = random.Random(1)
        files = {size: choice.randbytes(size) for size in SIZES}
        keys = {}
        with Network(harness.PROGRAMS, self.path("net")) as network:
            for size, content in files.items():
                keys[size] = network.insert("node-01", self.write(f"file of {size}", content), limit=300)["key"]
            shared = network.run("node-01", "insert", "--convergent", self.write("shared", files[700]))
            network.down()
            folders = [network.path(name, "vault") for name in os.listdir(network.folder) if name.startswith("node-")]
            found = stores.Stores(folders)
            for size, content in files.items():
                name, got = decoded(keys[size], found)
                self.assertEqual(name, f"file of {size}")
                self.assertTrue(got == content, f"{size} bytes come back equal")
                if size <= 1_400_000:
                    self.assertTrue(decoded(keys[size], found, from_the_end=True)[1] == content, size)
                if size <= 100_000:
                    self.check_segment(keys[size], found)
            # The keys of a convergent insert follow from the file alone.
            convergent = shared.stdout.decode()
            top = trees.decode_key(convergent)
            parameters = segments.u8(2, 1, 20, 60, 4)
            secret = segments.H("file", segments.H("convergent"), parameters, blake3.blake3(files[700]))
            self.assertEqual(top.read, segments.H("read", secret))
            self.assertEqual(decoded(convergent, found), ("shared", files[700]))
            # The program itself.
            done = subprocess.run(
                [sys.executable, "-B", os.path.join(HERE, "decoder.py"), "--from-the-end", keys[700], self.path("out"),
                 *folders], capture_output=True, check=True)
            self.assertEqual((done.stdout, self.read("out")), (b"file of 700\n", files[700]))

    def test_a_tree_of_two_levels_and_damage(self):
        content = random.Random(2).randbytes(3 * segments.FULL + 5)
        os.mkdir(self.path("store"))
        made = subprocess.run(
            [os.path.join(harness.PROGRAMS, "small_branches"), self.write("deep", content), self.path("store"), str(FANOUT)],
            capture_output=True, check=True)
        key = made.stdout.decode().strip()
        found = stores.Stores([self.path("store")])
        self.assertEqual(trees.decode_key(key).kind, trees.BRANCH)
        name, got = decoded(key, found, fanout=FANOUT)
        self.assertEqual(name, "deep")
        self.assertTrue(got == content)
        # Every flipped bit is noticed: of the header, commitment, share, path and fragment of one block.
        ref = trees.decode_key(key).ref
        block = found.get(ref.root, 3)
        for at in (0, 1, 4, 8, 40, 72, 264, len(block) - 1):
            damaged = bytearray(block)
            damaged[at] ^= 1
            with self.assertRaises(segments.Refused):
                segments.check_block(ref, 3, segments.split_block(ref, 3, bytes(damaged)))


if __name__ == "__main__":
    harness.main()
