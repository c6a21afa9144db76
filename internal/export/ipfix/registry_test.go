package ipfix_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"portero/handshake"
	"portero/internal/export/ipfix"
)

var update = flag.Bool("update", false, "rewrite docs/IPFIX.md")

const registryHead = `# IPFIX and syslog

Written by ` + "`go test ./internal/export/ipfix -update`" + `; do not edit.

    portero capture.pcap --to ipfix://127.0.0.1:4739          # UDP
    portero capture.pcap --to ipfix+tcp://127.0.0.1:4739      # TCP
    sudo portero live eth0 --to ipfix://127.0.0.1:4739 --to syslog://127.0.0.1:514

IPFIX over TLS is ` + "`portero-fleet sensor --to ipfix+tls://HOST:4740`" + ` (docs/FLEET.md), so that portero itself stays small.
With --to nothing is printed unless --format or -o asks for it. IPFIX takes records, syslog (RFC 5424; over TCP with
octet counting, RFC 6587) takes findings, each once, and again when it becomes graver; none that the catalogue mutes.

Options come after ` + "`?`" + `, joined by ` + "`&`" + `: for IPFIX ` + "`domain`" + ` (observation domain, 1), ` + "`pen`" + ` (enterprise number of the
elements below, 32473), ` + "`size`" + ` (most octets of a message: 1400 over UDP, 8192 over TCP), ` + "`rate`" + ` (UDP: most messages a
second, 4000), ` + "`resend`" + ` (UDP: seconds between templates, 60), ` + "`active`" + ` (live: the active timeout in seconds, 60; 0
reports a connection only when it ends); for syslog ` + "`facility`" + ` (16, local0) and ` + "`host`" + `.

From files sending waits for the collector, and a collector that refuses, or takes nothing for a minute, is an error. Live it
never waits: 1,024 messages wait at most, what does not fit is left out, counted and said at the end; that a collector went away
is said when it happens, and once when it is back; what was open when the capture ends may take ten seconds. Over TCP a broken
connection is made anew once a second, with templates and a sequence that starts at 0, also while there is nothing to send; a
collector that closes its end counts as gone. The sentence in a message of syslog
is in the language of the run (` + "`--lang`" + `, or that of the locale); its structured data are the same in all.

## What a record says

A connection is one biflow (RFC 5103): the originator's half in IANA's elements, the responder's in the same elements
under enterprise 29305. ` + "`octetDeltaCount`" + ` counts octets **on the wire** of the link that was captured, Ethernet header included,
because the record keeps those; ` + "`initiatorOctets` and `responderOctets`" + ` are unique payload octets. ` + "`tcpControlBits`" + ` are the bits
that the history and the frames of the record show; PSH and URG are never in it. ` + "`vlanId`" + ` is the outer tag,
` + "`dot1qCustomerVlanId`" + ` the innermost of several, 0 is none. ` + "`ingressInterface`" + ` is the index of the interface that
` + "`portero live`" + ` or a sensor listens to, when it is one, 0 from files; ` + "`egressInterface`" + ` is 0: a watcher beside the road forwards nothing. ` + "`flowEndReason`" + `
is the record's ` + "`end_reason`" + `. ICMP carries type and code; of types that have an answer, as a ping has, the code is not kept and 0.

` + "`portero live` and `portero-fleet sensor`" + ` report a connection that goes on once per active timeout, with ` + "`flowEndReason`" + ` 2, whatever
` + "`--interim`" + ` says of records. Each report counts what came since the last one and begins where that ended: the delta counts of all
reports, the last one included, add up to the record (the last one may count nothing: it tells how it ended). One of which nothing came is not reported again; one that has become
silent is reported once, with what it had, and then when something comes or it ends, which a silent TCP connection does after
24 hours. A question and its answer, and an attempt that nobody answered, are reported once, at their end. The verdict of a
report is that of its moment. Messages that are lost on the way are missing from the sum (UDP, and what was counted as LOST).

## Portero's own elements

The enterprise number 32473 is the one that RFC 5612 sets aside for documentation: portero has none of its own yet, and
` + "`?pen=`" + ` sets another. The names and types travel in the messages (RFC 5610), so that a collector can show them.

| number | name | type | meaning |
|---|---|---|---|
`

// TestRegistry keeps docs/IPFIX.md equal to what is sent.
func TestRegistry(t *testing.T) {
	var b strings.Builder
	b.WriteString(registryHead)
	for i, e := range ipfix.Registry() {
		kind, about := e.Describe()
		if int(e.ID) != i+1 {
			t.Errorf("%s has number %d: numbers are never reused nor left out", e.Name, e.ID)
		}
		fmt.Fprintf(&b, "| %d | `%s` | %s | %s |\n", e.ID, e.Name, kind, about)
	}
	b.WriteString("\nThe numbers of `handshakeVerdict`:")
	for i, v := range append([]handshake.Verdict{handshake.None}, handshake.Verdicts()[:len(handshake.Verdicts())-1]...) {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, " %d `%s`", uint8(v), v)
	}
	b.WriteString(".\n")
	const path = "../../../docs/IPFIX.md"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != b.String() {
		t.Error("docs/IPFIX.md is not what is sent: go test ./internal/export/ipfix -update")
	}
}
