"""Wiretap: every TCP packet on the loopback interface, counted by the pair of addresses that exchanged it. It needs root
in the network namespace: own_network() gives the test one of its own, in which nobody else's packets are."""

import collections
import ctypes
import ipaddress
import os
import socket
import struct
import sys
import threading

ETH_P_IP, PACKET_OUTGOING, SOL_PACKET, PACKET_STATISTICS, SO_ATTACH_FILTER = 0x0800, 4, 263, 6, 26
SO_RCVBUFFORCE = 33
HEADERS = 96  # bytes of each packet that we look at: IPv4 and TCP headers


def own_network():
    """Starts this program over in a network namespace that has nothing but a loopback interface."""
    if os.environ.get("CATACOMB_OWN_NETWORK"):
        return
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    inside = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, "-B", *sys.argv]
    os.environ["CATACOMB_OWN_NETWORK"] = "1"
    os.execvp("unshare", ["unshare", *as_root, "--net", *inside])


class Wiretap:
    """Use it in a `with`; afterwards `bytes` has the payload that went from one address to another."""

    def __enter__(self):
        self.bytes = collections.Counter()
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        self._keep_only_headers()
        self._socket.bind(("lo", ETH_P_IP))
        self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)  # what came before bind()
        self._socket.settimeout(0.1)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        _, dropped = struct.unpack("II", self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        self._socket.close()
        assert dropped == 0, f"the record misses {dropped} packets"

    def pairs(self):
        """The pairs {a, b} that exchanged data, with the bytes of both directions."""
        both = collections.Counter()
        for (source, target), count in self.bytes.items():
            if count:
                both[frozenset((source, target))] += count
        return both

    def _keep_only_headers(self):
        instruction = struct.pack("HBBI", 0x06, 0, 0, HEADERS)  # BPF: return that many bytes
        program = ctypes.create_string_buffer(instruction)
        self._socket.setsockopt(
            socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(program))
        )

    def _listen(self):
        while True:
            try:
                packet, (_, _, direction, *_) = self._socket.recvfrom(HEADERS)
            except TimeoutError:
                if self._over.is_set():
                    return
                continue
            # Each packet passes the loopback interface twice: out and in.
            if direction != PACKET_OUTGOING and packet[9] == socket.IPPROTO_TCP:
                self._count(packet)

    def _count(self, packet):
        ip_header = (packet[0] & 15) * 4
        tcp_header = (packet[ip_header + 12] >> 4) * 4
        length = int.from_bytes(packet[2:4], "big") - ip_header - tcp_header
        source, target = (str(ipaddress.IPv4Address(packet[at : at + 4])) for at in (12, 16))
        self.bytes[source, target] += length
