#!/bin/sh
# Makes in.pcap of the scenarios in which something is worth a look, with real
# tools and this machine's own TCP between two network namespaces: nmap, hping3,
# curl, ssh and sshd, iodine, python3. Needs root, iproute2 and tcpdump. Nothing
# leaves the namespaces; they are gone afterwards.
#
#   ./make-findings.sh            all of them
#   ./make-findings.sh port-scan  one
set -eu
cd "$(dirname "$0")"
a=portero-find-a b=portero-find-b
work=$(mktemp -d)
clean() {
  for n in $a $b; do ip netns pids $n 2>/dev/null | xargs -r kill 2>/dev/null || true; ip netns del $n 2>/dev/null || true; done
}
trap 'clean; rm -rf "$work"' EXIT
A="ip netns exec $a" B="ip netns exec $b"

# Two machines on a wire: 10.20.0.9 calls, 10.20.0.1 serves. 10.30.0.0/24 are many
# addresses of the second one, 10.40.0.0/16 many of the first.
rig() {
  clean
  ip netns add $a; ip netns add $b
  ip -n $a link add eth0 type veth peer name eth0 netns $b
  for n in $a $b; do
    ip netns exec $n sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv4.icmp_ratelimit=0 net.ipv4.tcp_synack_retries=1
    ip netns exec $n ethtool -K eth0 tx off rx off tso off gso off gro off >/dev/null 2>&1 || true
    ip -n $n link set lo up; ip -n $n link set eth0 up
  done
  ip -n $a addr add 10.20.0.9/24 dev eth0
  ip -n $b addr add 10.20.0.1/24 dev eth0
  ip -n $b route add local 10.30.0.0/24 dev lo
  ip -n $a route add 10.30.0.0/24 via 10.20.0.1
  ip -n $b route add default via 10.20.0.9
  ip -n $a route add default via 10.20.0.1
}

# take NAME SNAPLEN COMMAND...: captures what COMMAND does.
take() {
  mkdir -p "$1"
  $A tcpdump -i eth0 -U -s "$2" -w "$1/in.pcap" --nano ${ARP-not arp} 2>/dev/null &
  dump=$!
  sleep 1
  shift 2
  "$@" >/dev/null 2>&1 || true
  sleep 1.5
  kill -INT $dump 2>/dev/null || true; wait $dump 2>/dev/null || true
}

# web PORT: a server that answers whatever it is asked.
web() {
  $B python3 -c '
import socket, sys
s = socket.socket(); s.bind(("10.20.0.1", int(sys.argv[1]))); s.listen(1000)
while True:
    c, _ = s.accept(); c.settimeout(1)
    try: c.recv(1000); c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n")
    except OSError: pass
    c.close()' "$1" >/dev/null 2>&1 &
}

port_scan() { web 80; sleep 1; take port-scan 96 $A nmap -n -Pn -sS --max-retries 0 -p 60-99 10.20.0.1; }
host_sweep() { take host-sweep 96 $A nmap -n -Pn -sS --max-retries 0 -p 445 10.30.0.1-30; }
arp_sweep() { web 80; sleep 1; ARP='' take arp-sweep 256 $A sh -c 'nmap -n -sn 10.20.0.0/26; curl -s http://10.20.0.1/'; }
stealth_scan() { take stealth-scan 96 $A sh -c 'for f in F N X; do nmap -n -Pn -s$f --max-retries 0 -p 20-24 10.20.0.1; done'; }
udp_scan() { take udp-scan 128 $A nmap -n -Pn -sU --max-retries 0 -p 1000-1019 10.20.0.1; }
halfopen_flood() {
  web 80; sleep 1
  take halfopen-flood 96 $A sh -c 'for i in $(seq 1 120); do hping3 -q -S -p 80 -c 1 -i u1 -a 10.40.0.$i -s $((2000+i)) 10.20.0.1 & done; wait'
}
reset_storm() {
  $B python3 -c '
import socket
s = socket.socket(); s.bind(("10.20.0.1", 80)); s.listen(50)
while True:
    c, _ = s.accept(); c.recv(100); c.sendall(b"HTTP/1.1 200 OK\r\n\r\n"); c.close()' &
  sleep 1
  take reset-storm 128 $A python3 -c '
import socket, struct
for i in range(60):
    s = socket.create_connection(("10.20.0.1", 80)); s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"); s.recv(5)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); s.close()'
}
amplification() {
  $B python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("10.20.0.1", 11211))
while True:
    q, who = s.recvfrom(2000); s.sendto(b"VALUE a 0 1400\r\n" + b"a" * 1376 + b"\r\nEND\r\n", who)' &
  sleep 1
  ip -n $a route add local 10.40.0.66/32 dev lo
  take amplification 96 $A hping3 -q --udp -a 10.40.0.66 -p 11211 -d 15 -c 90 -i u5000 10.20.0.1
}
guessing() {
  mkdir -p /run/sshd
  ssh-keygen -q -t ed25519 -N '' -f "$work/host"
  printf 'HostKey %s\nListenAddress 10.20.0.1\nPasswordAuthentication no\nPidFile none\nUsePAM no\nPerSourcePenalties no\n' "$work/host" | grep -v PerSource > "$work/sshd"
  $B /usr/sbin/sshd -f "$work/sshd" -D >/dev/null 2>&1 &
  sleep 1
  take guessing 96 $A sh -c 'for i in $(seq 1 34); do ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o PreferredAuthentications=publickey -i /dev/null user$i@10.20.0.1 true </dev/null; done'
}
beacon() {
  $B python3 -c '
import socket
s = socket.socket(); s.bind(("10.20.0.1", 8080)); s.listen()
while True:
    c, _ = s.accept(); c.recv(400); c.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"); c.close()' &
  sleep 1
  take beacon 256 $A python3 -c '
import subprocess, time
for i in range(22):
    t = time.time(); subprocess.run(["curl", "-s", "http://10.20.0.1:8080/"]); time.sleep(max(0, t + 10.4 - time.time()))'
}
dns_tunnel() {
  $B iodined -f -c -P secret 10.50.0.1 t.example >/dev/null 2>&1 &
  sleep 1
  take dns-tunnel 512 sh -c "timeout 11 $A iodine -f -T TXT -O base32 -r -m 200 -P secret 10.20.0.1 t.example & sleep 5; $A hping3 -q -1 -d 300 -c 12 -i u200000 10.50.0.1; wait"
}
backscatter() {
  ip -n $a route add local 10.40.0.0/24 dev lo
  take backscatter-many 96 $B sh -c 'for i in $(seq 1 40); do hping3 -q -S -A -s 80 -k -p $((1024+i)) -L $((9000+i)) -c 1 -i u1 -a 203.0.113.5 10.40.0.$i & done; wait'
}
cleartext_logins() {
  $B python3 -c '
import socket, threading
def talk(port, greet, answers):
    s = socket.socket(); s.bind(("10.20.0.1", port)); s.listen()
    while True:
        c, _ = s.accept(); c.sendall(greet); f = c.makefile("rb")
        for line in f:
            word = line.split()[0].upper().decode() if line.split() else ""
            if word == "A1": word = line.split()[1].upper().decode()
            c.sendall(answers.get(word, answers["*"]))
            if word in ("QUIT", "LOGOUT"): break
        c.close()
ftp = {"USER": b"331 Password, please\r\n", "PASS": b"230 Welcome\r\n", "PWD": b"257 \"/\"\r\n", "QUIT": b"221 Bye\r\n", "*": b"502 No\r\n"}
pop = {"CAPA": b"-ERR no\r\n", "USER": b"+OK\r\n", "PASS": b"+OK\r\n", "LIST": b"+OK\r\n.\r\n", "QUIT": b"+OK bye\r\n", "*": b"-ERR\r\n"}
web = {"GET": b"", "AUTHORIZATION:": b"", "HOST:": b"", "*": b""}
threading.Thread(target=talk, args=(21, b"220 files\r\n", ftp), daemon=True).start()
threading.Thread(target=talk, args=(110, b"+OK mail\r\n", pop), daemon=True).start()
s = socket.socket(); s.bind(("10.20.0.1", 80)); s.listen()
while True:
    c, _ = s.accept(); c.recv(1000); c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n"); c.close()' &
  sleep 1
  take cleartext-logins 512 $A sh -c 'curl -s -m 3 ftp://maria:not-kept-1@10.20.0.1/; curl -s -m 3 pop3://pedro:not-kept-22@10.20.0.1/; curl -s -m 3 -u ines:not-kept-333 http://10.20.0.1/'
}
moved_ssh() {
  mkdir -p /run/sshd
  ssh-keygen -q -t ed25519 -N '' -f "$work/host2"
  printf 'HostKey %s\nListenAddress 10.20.0.1\nPort 443\nPidFile none\nUsePAM no\n' "$work/host2" > "$work/sshd2"
  $B /usr/sbin/sshd -f "$work/sshd2" -D >/dev/null 2>&1 &
  sleep 1
  take ssh-on-443 512 $A ssh -p 443 -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null user@10.20.0.1 true
}
redirect() {
  web 8080
  $B python3 -c '
import socket
s = socket.socket(); s.bind(("10.20.0.1", 80)); s.listen()
while True:
    c, _ = s.accept(); c.recv(1000); c.sendall(b"HTTP/1.1 301 Moved Permanently\r\nLocation: http://10.20.0.1:8080/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"); c.close()' &
  sleep 1
  take redirect 512 $A curl -s -L -m 5 http://10.20.0.1/
}

for s in ${*:-port-scan host-sweep arp-sweep stealth-scan udp-scan halfopen-flood reset-storm amplification guessing beacon dns-tunnel backscatter cleartext-logins moved-ssh redirect}; do
  rig
  $(echo "$s" | tr - _)
done
