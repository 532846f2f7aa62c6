"""Proves that nodes which only dial out talk with the guards of their own circuits and with nobody else: while a file
goes in at one client and comes out at another, every TCP pair on the wire is recorded with its bytes. No client has a
byte in common with an exit of its own, a vault's owner none with anybody but its guards, none with each other, and none
of them accepts a connection. The record is the wire's; whose guard is whose, each node tells its own user. A daemon
with circuits of one hop is caught."""

import collections
import contextlib
import http.client
import json
import os
import threading

import harness
from network import Network
from wiretap import Wiretap, own_network

RELAYS, CLIENTS, VAULTS = 16, 2, 4
SIZE = 6_000_000
CLIENT_HOPS, VAULT_HOPS = 3, 4


def circuits(network, name):
    """GET /v1/circuits at that node: {"guards": [...], "circuits": [{"path": [...]}]}."""
    with open(network.path(name, "api.port")) as port, open(network.path(name, "api.token")) as token:
        connection = http.client.HTTPConnection("127.0.0.1", int(port.read()), timeout=10)
        connection.request("GET", "/v1/circuits", headers={"Authorization": "Bearer " + token.read().strip()})
    with contextlib.closing(connection):
        return json.loads(connection.getresponse().read())


def host(endpoint):
    return endpoint.rsplit(":", 1)[0]


class Observer:
    """What a node tells of its own circuits, gathered as long as it runs: guards and paths, as addresses."""

    def __init__(self, network, names):
        self.network, self.names = network, names
        self.guards = collections.defaultdict(set)
        self.paths = collections.defaultdict(set)
        self._over = threading.Event()

    def look(self):
        for name in self.names:
            told = circuits(self.network, name)
            self.guards[name] |= {host(guard) for guard in told["guards"]}
            self.paths[name] |= {tuple(host(hop) for hop in one["path"]) for one in told["circuits"]}

    def _run(self):
        while not self._over.wait(0.05):
            self.look()

    def __enter__(self):
        self.look()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        self.look()


def violations(addresses, pairs, seen):
    """In words, whoever among `addresses` ({name: address}) talked with whom it must not."""
    out = []
    for name, address in addresses.items():
        peers = set().union(*(pair - {address} for pair in pairs if address in pair))
        paths = seen.paths[name]
        # A longer path is a vault's and ends at a rendezvous, which may be one of the few relays there are.
        exits = {path[-1] for path in paths if len(path) <= CLIENT_HOPS}
        out += [f"{name} talks with {peer}, not a guard of its own" for peer in peers - seen.guards[name]]
        out += [f"{name} talks with {peer}, an exit of its own" for peer in peers & exits]
        out += [f"{name} has a circuit of {len(path)} hops" for path in paths if len(set(path)) < CLIENT_HOPS]
        out += [f"{name} enters at {path[0]}, not a guard" for path in paths if path[0] not in seen.guards[name]]
    return out


def listening(pid):
    """The addresses that a process listens on, as /proc/net/tcp writes them."""
    held = set()
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            held.add(os.readlink(f"/proc/{pid}/fd/{number}"))
        except FileNotFoundError:
            pass
    out = []
    for table in ("tcp", "tcp6"):
        with open(f"/proc/net/{table}") as file:
            lines = [line.split() for line in file.readlines()[1:]]
        out += [words[1] for words in lines if words[3] == "0A" and f"socket:[{words[9]}]" in held]
    return out


class WhoTalks(harness.SystemTest):
    def network(self, clients, vaults, options=()):
        network = Network(harness.PROGRAMS, self.path("net"), RELAYS, clients, vaults, options=options)
        self.enterContext(network)
        return network

    def addresses(self, network):
        """By name, of the nodes that only dial out, as their configuration has it."""
        out = {}
        for name in network.nodes():
            with open(network.path(name, "catacomb.toml")) as file:
                lines = dict(line.split(" = ", 1) for line in file if " = " in line)
            if "listen" not in lines:
                out[name] = host(lines["outgoing_address"].strip().strip('"'))
        return out

    def only_guards_left(self, network, addresses):
        """The relays that introduced a node have been let go."""

        def peers_are_guards():
            with open("/proc/net/tcp") as file:
                lines = [line.split() for line in file.readlines()[1:]]
            for name, address in addresses.items():
                guards = {host(guard) for guard in circuits(network, name)["guards"]}
                here = bytes(map(int, address.split(".")))[::-1].hex().upper()
                peers = [bytes.fromhex(w[2][:8])[::-1] for w in lines if w[1].startswith(here) and w[3] == "01"]
                if not {".".join(map(str, peer)) for peer in peers} <= guards:
                    return False
            return True

        harness.eventually(peers_are_guards, "links with guards only")

    def record(self, network, addresses, inserter, getter):
        """The TCP pairs of one insert and one get, and what the nodes told of themselves meanwhile."""
        content = os.urandom(SIZE)
        source = self.write("file", content)
        with Wiretap() as tap, Observer(network, addresses) as seen:
            key = network.insert(inserter, source)["key"]
            self.assertEqual(network.run(getter, "get", key, "-o", "-").stdout, content)
        return tap.pairs(), seen

    def traffic(self, pairs, address):
        return sum(count for pair, count in pairs.items() if address in pair)

    def test_they_talk_with_their_guards_only(self):
        network = self.network(CLIENTS, VAULTS)
        addresses = self.addresses(network)
        self.assertEqual(len(addresses), CLIENTS + VAULTS)
        self.only_guards_left(network, addresses)
        pairs, seen = self.record(network, addresses, "client-01", "client-02")
        for name in ("client-01", "client-02"):
            self.assertGreater(self.traffic(pairs, addresses[name]), SIZE, "the record has the file's own bytes")
            self.assertTrue(seen.paths[name])
        vaults = {name: network.vaults()[name] for name in addresses if name.startswith("vault")}
        # How many one of them gets is chance: a vault whose arc of the ring is short may get none.
        self.assertTrue(any(told["blocks"] for told in vaults.values()), "vaults that only dial out keep blocks too")
        for name in vaults:
            self.assertTrue(any(len(set(path)) == VAULT_HOPS for path in seen.paths[name]))
            # The quota counts a block's share of the database with it.
            self.assertGreater(self.traffic(pairs, addresses[name]), vaults[name]["bytes_used"] * 3 // 4)
        self.assertEqual(violations(addresses, pairs, seen), [])
        for name in addresses:
            node = network.nodes()[name]
            self.assertEqual(listening(node["pid"]), [f"0100007F:{node['api_port']:04X}"], name)

    def test_circuits_of_one_hop_are_caught(self):
        daemon = os.path.join(harness.PROGRAMS, "..", "one_hop", "catacombd")
        network = self.network(CLIENTS, 0, options=["--daemon", daemon])
        addresses = self.addresses(network)
        pairs, seen = self.record(network, addresses, "client-01", "client-02")
        caught = "\n".join(violations(addresses, pairs, seen))
        for name in addresses:
            self.assertRegex(caught, f"{name} talks with [0-9.]+, an exit of its own")


if __name__ == "__main__":
    own_network()
    harness.main()
