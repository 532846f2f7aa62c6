"""Proves that a node copes with the peers it gets: bytes of no protocol, lengths out of bounds, nodes of another network,
connections that say nothing; with too few relays it refuses with the count, and while no relay answers it goes on trying
and joins when one comes."""

import os
import select
import socket
import subprocess
import tempfile

import harness
from network import Network

RELAYS = 8
HANDSHAKE = 4096  # bytes of each message of a link's handshake (docs/spec/link.md 1)
CROWD = 64
GROWTH = 32 * 1024  # KiB that a node may grow by while it is molested


def resident(pid):
    """KiB of anonymous memory."""
    with open(f"/proc/{pid}/status") as file:
        return int(next(line for line in file if line.startswith("RssAnon")).split()[1])


def closed_by_peer(connection, limit):
    """Whether the peer ends the connection in that time; what it says before counts as nothing."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    while poll.poll(limit * 1000):
        try:
            if not connection.recv(65536):
                return True
        except ConnectionError:
            return True
    return False


class Peers(harness.SystemTest):
    def start_and_wait_for(self, data, words):
        """Starts a daemon there, and waits until its log has these words."""
        log = self.path("log")
        self.start_daemon(data, environment={"CATACOMB_LOG_FILE": log})

        def logged():
            with open(log) as file:
                return words in file.read()

        harness.eventually(logged, words)


class Strangers(Peers):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="catacomb-system-"))
        cls.network = cls.enterClassContext(Network(harness.PROGRAMS, os.path.join(cls.folder, "net"), RELAYS))
        cls.relay = ("127.11.0.1", Network.PORT)

    def setUp(self):
        super().setUp()
        self.pid = self.network.pid("node-01")
        self.before = resident(self.pid)

    def tearDown(self):
        """The relay is the same process, no larger, and still does its work."""
        self.assertEqual(self.network.pid("node-01"), self.pid)
        self.assertLess(resident(self.pid) - self.before, GROWTH)
        content = os.urandom(50_000)
        key = self.network.insert("node-02", self.write("kept", content))["key"]
        self.assertEqual(self.network.run("node-01", "get", key, "-o", "-").stdout, content)
        super().tearDown()

    def call(self):
        connection = socket.create_connection(self.relay, timeout=10)
        self.addCleanup(connection.close)
        return connection

    def test_garbage_is_hung_up_on(self):
        for said in (b"GET / HTTP/1.1\r\n\r\n".ljust(HANDSHAKE, b"\0"), os.urandom(HANDSHAKE), os.urandom(1 << 20)):
            connection = self.call()
            try:
                connection.sendall(said)
                # Half of all random bytes begin with a valid key and get an answer; then comes no third message.
                connection.sendall(os.urandom(HANDSHAKE))
            except ConnectionError:
                continue
            self.assertTrue(closed_by_peer(connection, 30))

    def test_lengths_out_of_bounds_are_hung_up_on(self):
        for said in (b"\xff" * HANDSHAKE, b"\xff" * 8 + b"\0" * (HANDSHAKE - 8), b"\xff" * (4 << 20)):
            connection = self.call()
            try:
                connection.sendall(said)
                connection.sendall(b"\xff" * HANDSHAKE)
            except ConnectionError:
                continue
            self.assertTrue(closed_by_peer(connection, 30))

    def test_silence_is_hung_up_on(self):
        crowd = [self.call() for _ in range(CROWD)]
        for connection in crowd[:2]:
            connection.sendall(b"\x09")  # the beginning of something
        for connection in crowd:
            self.assertTrue(closed_by_peer(connection, 60))

    def test_another_network_is_not_joined(self):
        stranger = self.path("stranger")
        os.mkdir(stranger)
        with open(self.network.path("node-02", "catacomb.toml")) as file:
            config = file.read()
        config = config.replace('name = "testnet"', 'name = "another"').replace("127.12.0.1", "127.99.0.1")
        with open(os.path.join(stranger, "catacomb.toml"), "w") as file:
            file.write(config)
        words = "bootstrap relays answer, but none can be used: it is of another version of this program, or of another network"
        self.start_and_wait_for(stranger, words)
        status = self.network.nodes()["node-01"]["status"]
        self.assertEqual(status["relays_known"], RELAYS)


class FewRelays(Peers):
    def test_too_few_relays_are_counted(self):
        network = Network(harness.PROGRAMS, self.path("net"), 3, options=["--timeout", "3"])
        self.addCleanup(network.down)
        # Vaults need circuits, so this network never gets complete; that is told too.
        network.testnet("up", *network.shape, expect=3)
        source = self.write("file", b"content")
        harness.eventually(lambda: network.nodes()["node-01"]["status"]["relays_known"] == 3, "the relays")
        words = network.run("node-01", "insert", source, expect=4, limit=10).stderr.decode()
        self.assertRegex(words, "2 in 2 networks are known")

    def test_a_node_waits_for_its_first_relay(self):
        network = Network(harness.PROGRAMS, self.path("net"), RELAYS, clients=1)
        with network:
            content = os.urandom(20_000)
            key = network.insert("node-01", self.write("file", content))["key"]
            network.down()
            self.start_and_wait_for(
                network.path("client-01"), "none of the 3 bootstrap relays answers; trying again"
            )
            words = network.run("client-01", "get", key, "-o", "-", expect=4, limit=10).stderr.decode()
            self.assertIn("0 in 0 networks are known", words)
            # The relays come; the client has waited for them.
            self.start_relays(network)
            self.get_succeeds(network, "client-01", key, content)

    def start_relays(self, network):
        for i in range(1, RELAYS + 1):
            self.start_daemon(network.path(f"node-{i:02}"))

    def get_succeeds(self, network, node, key, content):
        def succeeds():
            done = subprocess.run(network.command(node, "get", key, "-o", "-"), capture_output=True, timeout=60)
            return done.stdout == content

        harness.eventually(succeeds, "the file, once the relays are there", limit=90)


if __name__ == "__main__":
    harness.main()
