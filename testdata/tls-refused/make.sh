#!/bin/sh
# Makes in.pcap: unshare -n sh make.sh, in an empty folder.
set -u
ip link set lo up
for who in door.example anna; do
	openssl req -x509 -newkey rsa:2048 -nodes -keyout $who.key -out $who.crt -days 3650 -subj /CN=$who -addext subjectAltName=DNS:$who
done
serve() {
	sleep 60 | openssl s_server -quiet -accept "$@" -cert door.example.crt -key door.example.key >/dev/null 2>&1 &
}
serve 4431 -www
serve 4432 -www -tls1_2 -Verify 1 -verify_return_error -CAfile door.example.crt
serve 4433 -dtls1_2
serve 4434 -www -tls1_2 -cipher ECDHE-RSA-AES256-GCM-SHA384
tcpdump -i lo -U -w in.pcap &
dump=$!
sleep 1
ask() {
	port=$1
	shift
	curl -sS --resolve "door.example:$port:127.0.0.1" "$@" -o /dev/null "https://door.example:$port/"
	sleep 0.3
}
check() {
	openssl s_client "$@" -verify_return_error -verify 1 </dev/null >/dev/null 2>&1
	sleep 0.3
}
trust="--cacert door.example.crt"
ask 4431 --tls-max 1.2
ask 4431
ask 4431 $trust --tls-max 1.2
ask 4431 $trust
ask 4432 $trust
ask 4432 $trust --cert anna.crt --key anna.key
ask 4434 $trust --ciphers AES128-SHA --tls-max 1.2
ask 4434 $trust --tlsv1.3
check -connect 127.0.0.1:4433 -dtls1_2
check -connect 127.0.0.1:4431 -groups X25519:P-256
sleep 1
kill $dump
