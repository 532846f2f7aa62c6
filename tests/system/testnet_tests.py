"""Proves the main job on real processes: a testnet comes up complete, a file goes in at one node and comes back equal at
one that held nothing, also after kill -9 of nodes, which come back with their blocks; and that the testnet leaves
strangers' processes alone and can be taken down twice."""

import json
import os
import signal
import subprocess

import harness

NODES = 8
PORT = 4700


class Testnet(harness.SystemTest):
    def net(self, *words, expect=0):
        return self.run_catacomb("testnet", "--dir", self.path("net"), *words, expect=expect, limit=180)

    def states(self):
        nodes = json.loads(self.run_catacomb("--json", "testnet", "--dir", self.path("net"), "status").stdout)["nodes"]
        return {node["name"]: node for node in nodes}

    def setUp(self):
        super().setUp()
        self.addCleanup(self.net, "down")
        self.net("up", str(NODES), "--clients", "1", "--port", str(PORT))

    def test_a_life_of_a_network(self):
        states = self.states()
        self.assertEqual(len(states), NODES + 1)
        self.assertTrue(all(node["running"] and node["status"]["ready"] for node in states.values()))

        content = os.urandom(6_000_000)
        source = self.write("file", content)
        node, client = self.path("net/node-01"), self.path("net/client-01")
        key = self.run_catacomb("insert", source, data=node).stdout.decode().strip()
        self.run_catacomb("get", key, "-o", "first", data=client)
        self.assertEqual(self.read("first"), content)
        self.assertEqual(self.run_catacomb("get", key, "-o", "-", data=client).stdout, content)
        typo = key[:-1] + ("q" if key[-1] != "q" else "p")
        self.assertIn(b"mistyped", self.run_catacomb("get", typo, data=client, expect=2).stderr)

        victims = self.net("kill", "2", "--seed", "1", "--not", "node-01").stdout.decode().split()
        self.assertEqual(len(victims), 2)
        self.assertNotIn("node-01", victims)
        dead = {name for name, state in self.states().items() if not state["running"]}
        self.assertEqual(dead, set(victims))
        self.run_catacomb("get", key, "-o", "second", data=client)
        self.assertEqual(self.read("second"), content)

        blocks = {name: state["status"]["vault"]["blocks"] for name, state in states.items() if name in dead}
        self.net("start")
        after = self.states()
        self.assertTrue(all(node["running"] for node in after.values()))
        for name in victims:
            self.assertGreater(after[name]["status"]["vault"]["blocks"], blocks[name], "the blocks of the file are back")

    def test_the_same_seed_kills_the_same_nodes(self):
        first = self.net("kill", "3", "--seed", "7").stdout
        self.net("start")
        self.assertEqual(self.net("kill", "3", "--seed", "7").stdout, first)
        self.assertIn(b"only", self.net("kill", "6", "--seed", "7", expect=2).stderr)

    def test_strangers_are_left_alone(self):
        stranger = subprocess.Popen(["sleep", "600"])
        self.addCleanup(stranger.wait)
        self.addCleanup(stranger.kill)
        record = self.path("net/node-02/catacombd.pid")
        with open(record) as file:
            pid, started = (int(word) for word in file.read().split())
        with open(record, "w") as file:
            file.write(f"{stranger.pid} {started}\n")
        self.net("down")
        self.assertIsNone(stranger.poll())
        os.kill(pid, signal.SIGKILL)  # the node whose record was lost

    def test_down_is_idempotent_and_graceful(self):
        self.net("down")
        self.assertFalse(any(state["running"] for state in self.states().values()))
        for name in self.states():
            self.assertFalse(os.path.exists(self.path(f"net/{name}/api.port")), "each said good-bye")
        self.net("down")
        self.assertIn(b"another shape", self.net("up", "3", expect=2).stderr)

    def test_mistakes_are_told_at_once(self):
        self.assertIn(b"no node nobody-99", self.net("kill", "1", "--not", "nobody-99", expect=2).stderr)
        self.assertTrue(all(state["running"] for state in self.states().values()))
        few = ("testnet", "--dir", self.path("few"), "--timeout", "1")
        self.addCleanup(self.run_catacomb, *few, "down")
        words = self.run_catacomb(*few, "up", "4", "--port", str(PORT + 1), expect=3).stderr
        self.assertIn(b"below 5 relays no vault can register", words)


if __name__ == "__main__":
    harness.main()
