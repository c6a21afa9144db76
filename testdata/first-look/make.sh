#!/bin/sh
# Makes in.pcap: real traffic of this machine's own TCP between two network
# namespaces. Needs root, iproute2, tcpdump and python3. Nothing leaves the
# namespaces; they are gone afterwards.
set -eu
cd "$(dirname "$0")"
a=portero-look-a b=portero-look-b
clean() { ip netns del $a 2>/dev/null || true; ip netns del $b 2>/dev/null || true; }
trap clean EXIT
clean
ip netns add $a
ip netns add $b
ip -n $a link add eth0 type veth peer name eth0 netns $b
for n in $a $b; do
  ip netns exec $n sysctl -qw net.ipv6.conf.all.disable_ipv6=1
  ip netns exec $n ethtool -K eth0 tx off rx off tso off gso off gro off >/dev/null 2>&1 || true
done
ip -n $a addr add 192.0.2.2/24 dev eth0
ip -n $b addr add 192.0.2.1/24 dev eth0
for n in $a $b; do ip -n $n link set lo up; ip -n $n link set eth0 up; done
mac_b=$(ip netns exec $b cat /sys/class/net/eth0/address)
# 192.0.2.9 has a neighbour entry and no machine; 192.0.2.7 is an address that
# nobody answers for.
ip -n $a neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev eth0
ip -n $b neigh add 192.0.2.7 lladdr 02:00:00:00:00:07 dev eth0

ip netns exec $a tcpdump -i eth0 -U -w in.pcap --nano not arp 2>/dev/null &
dump=$!
sleep 0.7
ip netns exec $b python3 -c '
import socket, struct, threading, time
def web():
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("192.0.2.1", 80)); s.listen()
    while True:
        c, _ = s.accept(); c.recv(4096)
        body = b"<p>The door is open.</p>\n" * 40
        c.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        c.close()
def rude():
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("192.0.2.1", 2323)); s.listen()
    while True:
        c, _ = s.accept(); c.recv(100); time.sleep(0.05)
        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); c.close()
def dns():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("192.0.2.1", 53))
    while True:
        q, peer = s.recvfrom(512)
        s.sendto(q[:2] + b"\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + q[12:] + b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x01\x2c\x00\x04" + bytes([192, 0, 2, 1]), peer)
for f in (web, rude, dns): threading.Thread(target=f, daemon=True).start()
time.sleep(7)' &
sleep 0.7
ip netns exec $a python3 -c '
import socket, struct, time
def name(n): return b"".join(bytes([len(p)]) + p.encode() for p in n.split(".")) + b"\0"
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("192.0.2.2", 40112)); u.settimeout(1)
u.sendto(b"\x2a\x17\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + name("door.example") + b"\x00\x01\x00\x01", ("192.0.2.1", 53)); u.recv(512)
def call(port, src, host="192.0.2.1", timeout=2.0):
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.settimeout(timeout); s.bind(("192.0.2.2", src)); s.connect((host, port)); return s
s = call(80, 51514); s.sendall(b"GET / HTTP/1.1\r\nHost: door.example\r\n\r\n")
while s.recv(4096): pass
s.close()
try: call(8080, 51516)
except OSError: pass
s = call(2323, 51518); s.sendall(b"hello\r\n")
try: s.recv(100)
except OSError: pass
s.close()
try: call(443, 51520, "192.0.2.9", 3.5)
except OSError: pass
# A half-open attempt: one SYN from an address behind which nobody is.
def csum(b):
    t = sum(struct.unpack("!%dH" % (len(b) // 2), b)); t = (t >> 16) + (t & 0xffff); return ~(t + (t >> 16)) & 0xffff
src, dst = socket.inet_aton("192.0.2.7"), socket.inet_aton("192.0.2.1")
tcp = struct.pack("!HHIIBBHHH", 40022, 80, 3735928559, 0, 6 << 4, 2, 64240, 0, 0) + b"\x02\x04\x05\xb4"
tcp = tcp[:16] + struct.pack("!H", csum(src + dst + struct.pack("!BBH", 0, 6, len(tcp)) + tcp)) + tcp[18:]
r = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
r.sendto(struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 4242, 0, 64, 6, 0) + src + dst + tcp, ("192.0.2.1", 0))
time.sleep(1.4)'
sleep 0.5
kill $dump
wait $dump 2>/dev/null || true
chmod 644 in.pcap
