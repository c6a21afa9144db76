#!/bin/sh
# Makes in.pcap: real traffic between two network namespaces. Needs root, iproute2,
# tcpdump, curl, openssl, OpenSSH and python3. Nothing leaves the namespaces; they
# are gone afterwards.
set -eu
cd "$(dirname "$0")"
a=portero-spoken-a b=portero-spoken-b
tmp=$(mktemp -d)
clean() { ip netns del $a 2>/dev/null || true; ip netns del $b 2>/dev/null || true; rm -rf "$tmp"; }
trap clean EXIT
ip netns del $a 2>/dev/null || true; ip netns del $b 2>/dev/null || true
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
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/O=Doors/CN=door.example" -addext "subjectAltName=DNS:door.example,DNS:www.door.example" -keyout "$tmp/key" -out "$tmp/crt" 2>/dev/null
ssh-keygen -q -t ed25519 -N "" -f "$tmp/host"
mkdir -p /run/sshd
cat > "$tmp/serve.py" <<'PY'
import socket, ssl, sys, threading, time
tmp = sys.argv[1]
def serve(port, talk):
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("192.0.2.1", port)); s.listen()
    while True:
        c, _ = s.accept()
        try: talk(c)
        except OSError: pass
        c.close()
def http(status, extra="", wait=0.0):
    def talk(c):
        c.recv(4096); time.sleep(wait)
        c.sendall(("HTTP/1.1 %s\r\nServer: doors/1.0\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: close\r\n%s\r\nopen\n" % (status, extra)).encode())
    return talk
def lines(greeting, answers, tls=None):
    def talk(c):
        c.sendall(greeting)
        f = c.makefile("rb")
        while True:
            l = f.readline()
            if not l: return
            word = l.split()[0].upper().decode()
            c.sendall(answers.get(word, b"500 no\r\n"))
            if word == tls:
                ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); ctx.load_cert_chain(tmp + "/crt", tmp + "/key"); ctx.maximum_version = ssl.TLSVersion.TLSv1_2
                w = ctx.wrap_socket(c, server_side=True); w.recv(100); w.sendall(b"250 door.example\r\n"); w.close(); return
            if word == "QUIT": return
    return talk
def dns():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("192.0.2.1", 53))
    while True:
        q, peer = s.recvfrom(512)
        s.sendto(q[:2] + b"\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + q[12:] + b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x01\x2c\x00\x04" + bytes([192, 0, 2, 1]), peer)
def quiet():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("192.0.2.1", 514)); time.sleep(60)
for port, talk in ((80, http("302 Found", "Location: http://door.example:8080/inside\r\n")), (8080, http("200 OK")), (8000, http("200 OK", wait=0.8)), (2323, http("200 OK")),
    (21, lines(b"220 door.example FTP ready\r\n", {"USER": b"331 password please\r\n", "PASS": b"230 welcome\r\n", "QUIT": b"221 bye\r\n"})),
    (25, lines(b"220 door.example ESMTP ready\r\n", {"EHLO": b"250-door.example\r\n250 STARTTLS\r\n", "STARTTLS": b"220 go ahead\r\n"}, "STARTTLS"))):
    threading.Thread(target=serve, args=(port, talk), daemon=True).start()
for f in (dns, quiet): threading.Thread(target=f, daemon=True).start()
time.sleep(14)
PY
cat > "$tmp/call.py" <<'PY'
import socket, ssl, time
def name(n): return b"".join(bytes([len(p)]) + p.encode() for p in n.split(".")) + b"\0"
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.settimeout(1)
u.sendto(b"\x2a\x17\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + name("door.example") + b"\x00\x01\x00\x01", ("192.0.2.1", 53)); u.recv(512)
# a hello in three segments
ctx = ssl.create_default_context(); ctx.check_hostname = False; ctx.verify_mode = ssl.CERT_NONE
i, o = ssl.MemoryBIO(), ssl.MemoryBIO()
t = ctx.wrap_bio(i, o, server_hostname="door.example")
c = socket.create_connection(("192.0.2.1", 443)); c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
try: t.do_handshake()
except ssl.SSLWantReadError: pass
hello = o.read()
for part in (hello[:7], hello[7:90], hello[90:]): c.sendall(part); time.sleep(0.02)
while True:
    i.write(c.recv(8192))
    try: t.do_handshake()
    except ssl.SSLWantReadError: continue
    c.sendall(o.read()); break
c.close()
def lines(port, *say):
    c = socket.create_connection(("192.0.2.1", port)); c.recv(500)
    for l in say: c.sendall(l.encode() + b"\r\n"); c.recv(500)
    return c
lines(21, "USER anna", "PASS open-Sesame-7", "QUIT").close()
c = lines(25, "EHLO caller.example", "STARTTLS")
w = ctx.wrap_socket(c, server_hostname="door.example"); w.sendall(b"EHLO caller.example\r\n"); w.recv(100); w.close()
u.sendto(b"<34>1 2026-11-24T13:00:00Z caller.example app - - - hello", ("192.0.2.1", 514))
time.sleep(0.2)
PY
ip netns exec $a tcpdump -i eth0 --immediate-mode -U -Z root -w in.pcap --nano not arp 2>/dev/null &
dump=$!
sleep 0.7
ip netns exec $b python3 "$tmp/serve.py" "$tmp" &
ip netns exec $b openssl s_server -accept 192.0.2.1:443 -cert "$tmp/crt" -key "$tmp/key" -alpn http/1.1 -www -quiet >/dev/null 2>&1 &
ssl=$!
ip netns exec $b /usr/sbin/sshd -D -f /dev/null -h "$tmp/host" -o ListenAddress=192.0.2.1 -o PidFile=none >/dev/null 2>&1 &
sshd=$!
sleep 1
ip netns exec $a python3 "$tmp/call.py"
in_a() { ip netns exec $a "$@" >/dev/null 2>&1 || true; }
in_a curl -s --resolve door.example:80:192.0.2.1 http://door.example/
in_a curl -s --resolve door.example:8080:192.0.2.1 -u anna:open-Sesame-7 http://door.example:8080/inside?key=open-Sesame-7
in_a curl -sk --tls-max 1.2 --resolve door.example:443:192.0.2.1 https://door.example/
in_a curl -sk --resolve door.example:443:192.0.2.1 https://door.example/
in_a ssh-keyscan -t ed25519 192.0.2.1
in_a curl -s http://192.0.2.1:8000/
in_a curl -s http://192.0.2.1:2323/
sleep 1.5
kill $ssl $sshd $dump
wait $dump 2>/dev/null || true
chmod 644 in.pcap
