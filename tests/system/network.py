"""A testnet of real processes as a Python object: what the system tests and the longer proofs drive."""

import json
import os
import subprocess


class Failed(Exception):
    """A command that ended with another exit code than the expected one; its words are the message."""


class Network:
    """One testnet under `folder`, run by the programs in `programs`. down() stops it; use it in a `with`."""

    # Not the port of a testnet that a person may have up on the same machine.
    PORT = 4400

    def __init__(self, programs, folder, relays=16, clients=0, vaults=0, quota="2GiB", options=()):
        self.programs, self.folder = os.path.abspath(programs), folder
        self.shape = [str(relays), "--clients", str(clients), "--vault-only", str(vaults)]
        self.shape += ["--quota", quota, "--port", str(self.PORT)]
        self.options = list(options)

    def __enter__(self):
        try:
            self.up()
        except BaseException:
            self.down()
            raise
        return self

    def __exit__(self, *_):
        self.down()

    def testnet(self, *words, expect=0):
        command = [self.program("catacomb"), "testnet", "--dir", self.folder, *self.options, *words]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
        if done.returncode != expect:
            raise Failed(f"testnet {words}: exit code {done.returncode}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode()

    def up(self):
        self.testnet("up", *self.shape)

    def start(self):
        self.testnet("start")

    def down(self):
        self.testnet("down")

    def kill(self, count, seed, spare):
        """kill -9 of that many relays, without `spare`; their names."""
        return self.testnet("kill", str(count), "--seed", str(seed), "--not", spare).split()

    def nodes(self):
        """By name, what `testnet status --json` says of each node."""
        return {node["name"]: node for node in json.loads(self.testnet("--json", "status"))["nodes"]}

    def vaults(self):
        """By name, what each running vault says of itself."""
        said = {name: node.get("status", {}).get("vault") for name, node in self.nodes().items()}
        return {name: vault for name, vault in said.items() if vault}

    def blocks(self):
        """By name, how many blocks each running vault holds."""
        return {name: vault["blocks"] for name, vault in self.vaults().items()}

    def pid(self, name):
        return self.nodes()[name]["pid"]

    def log(self, name):
        with open(self.path(name, "catacombd.log"), errors="replace") as file:
            return file.read()

    def program(self, name):
        return os.path.join(self.programs, name)

    def path(self, name, *more):
        return os.path.join(self.folder, name, *more)

    def command(self, node, *words):
        return [self.program("catacomb"), "--data-dir", self.path(node), *words]

    def run(self, node, *words, expect=0, limit=60, **how):
        """The command line at one node, to its end; the completed process, its output as bytes."""
        if "input" not in how:
            how.setdefault("stdin", subprocess.DEVNULL)
        how.setdefault("stdout", subprocess.PIPE)
        done = subprocess.run(self.command(node, *words), stderr=subprocess.PIPE, timeout=limit, **how)
        if done.returncode != expect:
            words = " ".join(words)
            raise Failed(f"{words}: exit code {done.returncode}: {done.stderr.decode(errors='replace')}")
        return done

    def insert(self, node, file, **how):
        """The report of the finished job, which has the key."""
        return json.loads(self.run(node, "--json", "insert", file, **how).stdout)["insert"]
