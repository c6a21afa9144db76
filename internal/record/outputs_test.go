package record

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite docs/OUTPUTS.md")

var kindNames = map[Kind]string{KindWord: "word", KindText: "text", KindInt: "integer", KindMicros: "microseconds", KindTime: "time", KindBool: "true or false",
	KindWords: "list of words", KindInts: "list of integers", KindTexts: "list of text", KindRisks: "list of findings"}

const outputsHead = `# The record

Written by ` + "`go test ./internal/record -update`" + ` from the schema; do not edit. One record per connection or exchange: a line of
ndjson, csv, tsv or Zeek's conn.log, an element of json, a row of the tables. Absent means unknown: the key is left out
of ndjson and empty in csv. Times are RFC 3339 with nanoseconds, UTC; microseconds have up to three decimals. Lists are
arrays in json and joined by semicolons in csv; ` + "`tunnel` and `tunnel_ends`" + ` are text joined by commas.
Machine formats print records in the order in which they end, unless --sort or --limit is given; tables sort by first packet.

| key | kind | meaning |
|---|---|---|
`

const outputsTail = `
## EVE

` + "`--format eve`" + ` writes flow events of Suricata's eve.json when connections end. ` + "`app_proto`" + ` has Suricata's names (dcerpc, krb5, pgsql, rfb, jabber)
and is left out for what Suricata does not know; ` + "`portero.service`" + ` always has portero's. What is worth a look
stands in ` + "`portero.risks`" + `, as in ndjson: ` + "`flow.alerted`" + ` is about alerts of Suricata's, of which there are none. ` + "`icmp_type`" + ` and ` + "`response_icmp_type`" + ` are those
of the messages; ` + "`icmp_code`" + ` is left out for types that have an answer, as a ping has: it is not kept for those.

## Zeek and ECS

` + "`--format zeek`" + ` is a conn.log. Its ` + "`service`" + ` has the names of Zeek's analyzers (` + "`ssl`" + `, ` + "`dce_rpc`" + `, ` + "`krb_tcp`" + `, ` + "`quic,ssl`" + `, ` + "`smtp,ssl`" + `) where the
payload showed them, answered or not, and nothing where only the port speaks for one; what Zeek has no analyzer for keeps portero's name.
` + "`ip_proto`" + `, its last column as in newer versions of Zeek, tells which protocol an ` + "`unknown_transport`" + ` is.
` + "`--format ecs`" + ` writes ` + "`network.protocol`" + ` by the same rule; ` + "`portero.service`" + ` and ` + "`portero.service_by`" + ` have what the port is for, too.
What the payload told stands in ECS' own fields: ` + "`dns.*`" + ` (the first question and its answer), ` + "`http.*`" + `, ` + "`url.domain`" + ` and ` + "`user_agent.original`" + `, ` + "`tls.*`" + `
(version, name, certificate), ` + "`related.user`" + ` (who logged in); and of both ends ` + "`mac`" + `, ` + "`geo.country_iso_code`" + ` and ` + "`as`" + `. ` + "`portero`" + ` has what ECS has no
field for: the verdict, round trips, ` + "`tunnel`" + `, ` + "`ja4`" + `. Where a capture has no times, ` + "`@timestamp`" + `, which ECS wants, is 1970, and nothing else claims a time.

## On a terminal

Tables and sentences are as wide as the terminal. Elsewhere they have 80 columns, or as many as ` + "`COLUMNS`" + ` says (40 to 10,000): ` + "`COLUMNS=$COLUMNS portero hosts X | less`" + `
uses the whole screen, and ` + "`watch`" + ` sets it. A terminal is asked itself, as ` + "`ls`" + ` does: ` + "`COLUMNS`" + ` may be older than its size. It changes neither formats
for machines nor ` + "`--help`" + `.

Texts are UTF-8. What draws (the arrows and bars of ladders, the lines of tables, the live screen) is ASCII everywhere, and so is English but for a few
marks (` + "`✓`, `“`, `µs`" + `). ` + "`--ascii`" + ` (` + "`teach`, `lab`, `why`" + `, where marks carry the sense) writes words for marks and letters without accents. It is asked for and
not guessed: ` + "`LANG=C`" + ` is what containers, cron and ssh leave, mostly in terminals that show UTF-8 well.

## Exit status

0 done; 1 a check found something (` + "`diff`, `policy`, `catalog check`, `--fail-on`, `--policy`" + `); 2 usage, or nothing could be read; 3 read, but a capture was damaged (all that
was readable is in the result, and the message names the byte); 4 not permitted; 130 interrupted before any result.
What --fail-on and --policy found in a damaged capture is found: 1, and standard error names the damage. Where they found nothing, and for diff, where what was
lost looks gone, damage comes first: 3. A file of ` + "`catalog check`" + ` that cannot be read is 2 or 4.

What reads a capture twice (` + "`why`, `teach`, `extract`, `exercise`, `report`" + `, and ` + "`-w`" + ` with ` + "`--where`" + `) says when frames were gone the second time, or others there, as when
` + "`tcpdump -C -W`" + ` comes round to the file: also 3. A page says it itself, too. One that only went on in the meantime is as good as whole.

The name after ` + "`-o`" + ` never decides the form: ` + "`-o X.csv`" + ` without ` + "`--format csv`" + ` holds the table, ` + "`exercise -o X.html`" + ` without ` + "`--format html`" + ` Markdown, and a line on
standard error says so, with the flag that is missing. Only ` + "`report`" + ` always writes a page. Packets are written by ` + "`-w`" + `, never by ` + "`-o X.pcap`" + `.

Ctrl-C ends the reading, also of a pipe that has nothing to give; what was read by then is told, and that it is not all, with 0. A pipe is read for half a second
more (not on Windows): the same Ctrl-C ends who writes into it, and ` + "`tcpdump -w -`" + ` hands over what it held back only then. What reads a capture twice (` + "`why`" + `,
` + "`teach`, `extract`, `exercise`, `report`" + `, and ` + "`-w`" + ` with ` + "`--where`" + `) copies a pipe first: Ctrl-C ends the copy, the command goes on with what came until then, and
another Ctrl-C ends it. Of a file these end with 130 (` + "`report`" + ` makes a page of what was read, and the file of ` + "`-w`" + ` with ` + "`--where`" + ` lacks packets, which is said), and so
do ` + "`diff`" + ` and a check (` + "`policy`, `--policy`, `--fail-on`" + `) that found nothing until then. A reader of standard output that goes away, as ` + "`head`" + ` does, ends portero as it
ends ` + "`cat` and `grep`" + `, by SIGPIPE and without a word: a shell calls that 141 (with ` + "`pipefail`" + ` only). Not where something else is done
besides (` + "`-w`, `--to`, `--fail-on`, `--policy`" + `): that is done to its end.

What listens ends with 0 when it is told to stop, and with 2 when something that it was to keep is not kept for good: ` + "`live`" + ` when a
file of ` + "`-w`" + ` or ` + "`-o`" + ` could not be written, ` + "`portero-fleet sensor`" + ` when a record of its connections was lost. What came too fast
(frames that the kernel dropped, lines that a slow reader did not take, messages for a collector) is counted and told, and is no error.

Adding keys is free. Renaming or removing one, or giving it another meaning, needs another ` + "`schema`" + `.
`

// TestOutputs keeps docs/OUTPUTS.md equal to the schema.
func TestOutputs(t *testing.T) {
	var b strings.Builder
	b.WriteString(outputsHead)
	seen := map[string]bool{}
	for _, f := range Schema() {
		if f.Doc == "" || seen[f.Name] {
			t.Errorf("%s: no description, or twice", f.Name)
		}
		seen[f.Name] = true
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Name, kindNames[f.Kind], f.Doc)
	}
	b.WriteString(outputsTail)
	const path = "../../docs/OUTPUTS.md"
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
		t.Error("docs/OUTPUTS.md is not what the schema says: go test ./internal/record -update")
	}
}

// The keys that outsiders build on are all there.
func TestContract(t *testing.T) {
	have := map[string]bool{}
	for _, f := range Schema() {
		have[f.Name] = true
	}
	for _, k := range strings.Fields(`schema id community_id proto orig_addr orig_port resp_addr resp_port roles_by vlan tunnel tunnel_ends first last duration_us
		orig_pkts resp_pkts orig_wire_bytes resp_wire_bytes orig_payload resp_payload handshake handshake_kind missing probe_kind filtered_by exchange close closed_by
		end_reason syn_frame synack_frame ack_frame confirmed_frame first_frame last_frame roles_frame close_frames icmp_frame file reuses reuse_after_us syn_retries
		synack_retries suspected_rsts duplicates quality final server_rtt_us client_rtt_us setup_us orig_retrans resp_retrans orig_ooo resp_ooo orig_lost resp_lost
		zero_windows rtt_min_us rtt_p50_us rtt_max_us orig_mss resp_mss orig_wscale resp_wscale sack timestamps tfo mptcp ecn conn_state history completeness service
		service_by confidence port_class port_name server_name process pid user process_by risks oddities`) {
		if !have[k] {
			t.Errorf("the key %s is gone", k)
		}
	}
}

func TestMicros(t *testing.T) {
	for ns, want := range map[int64]string{0: "0", 1: "0.001", 1500: "1.5", 12345678: "12345.678", 10000000: "10000", Unset: ""} {
		if got := string(Micros(nil, ns)); got != want {
			t.Errorf("%d ns: %q, want %q", ns, got, want)
		}
	}
}

func TestTime(t *testing.T) {
	for ns, want := range map[int64]string{0: "1970-01-01T00:00:00.000000000Z", 951782400123456789: "2000-02-29T00:00:00.123456789Z", -1: "1969-12-31T23:59:59.999999999Z"} {
		if got := string(AppendTime(nil, ns)); got != want {
			t.Errorf("%d: %s, want %s", ns, got, want)
		}
	}
}

func TestSelect(t *testing.T) {
	for expr, want := range map[string]int{"": len(Schema()), "id,proto": 2, "id,id": 1, "-id": len(Schema()) - 1, "id,proto,-id": 1} {
		if got, err := Select(expr); err != nil || len(got) != want {
			t.Errorf("%q: %d fields, %v", expr, len(got), err)
		}
	}
	if _, err := Select("handshak"); err == nil || !strings.Contains(err.Error(), "did you mean handshake") {
		t.Error(err)
	}
	for name, want := range map[string]string{"sni": "did you mean server_name?", "dport": "did you mean resp_port?", "no_such_name": "portero explain fields lists them"} {
		if _, err := Select(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, to := range elsewhere {
		if _, err := Select(to); err != nil {
			t.Errorf("%s is said to be %s: %v", name, to, err)
		}
	}
}
