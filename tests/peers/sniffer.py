"""Prints each IPv4 packet that leaves by loopback as a line: protocol, ports, TOS octet, first octets.

A packet socket sees what is on the wire, after the firewall's output chain. Needs root.
"""

import json
import socket
import struct
import sys

ETH_P_ALL = 3
PACKET_OUTGOING = 4

sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
sniffer.bind(("lo", 0))
print("READY", flush=True)
while True:
    packet, (_, ethertype, kind, *_rest) = sniffer.recvfrom(65535)
    if kind != PACKET_OUTGOING or ethertype != 0x0800:
        continue
    header = (packet[0] & 15) * 4
    protocol = {6: "tcp", 17: "udp"}.get(packet[9])
    if protocol is None:
        continue
    source, target = struct.unpack_from("!HH", packet, header)
    payload = header + (8 if protocol == "udp" else (packet[header + 12] >> 4) * 4)
    line = {
        "protocol": protocol,
        "source": source,
        "target": target,
        "tos": packet[1],
        "payload": packet[payload : payload + 8].hex(),
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
