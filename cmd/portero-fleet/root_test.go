package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestWrongWordsAreErrorsOfUsage(t *testing.T) {
	for args, code := range map[string]int{
		"help": 0, "help sensor": 0, "help completion bash": 0, "completion": 0, "completion bash": 0, "completion fish --help": 0, "__complete st": 0, "__complete man se": 0,
		"help nosuch": 2, "help sensor nosuch": 2, "completion nosuch": 2, "completion bash nosuch": 2, "nosuch": 2, "sensor --nosuch": 2,
	} {
		var out, errw bytes.Buffer
		if got := run(strings.Fields(args), &out, &errw); got != code {
			t.Errorf("%s: exit status %d, want %d\n%s%s", args, got, code, out.String(), errw.String())
		}
		if code == 2 && (out.Len() > 0 || !strings.Contains(errw.String(), "nosuch")) {
			t.Errorf("%s: %q, %q", args, out.String(), errw.String())
		}
		if code == 0 && out.Len() == 0 {
			t.Errorf("%s: nothing is shown", args)
		}
	}
}

// What is wrong in a question is told before a store is looked for, in the user's
// language and as an error of usage.
func TestQuestionsAreCheckedBeforeTheStore(t *testing.T) {
	for _, c := range []struct{ args, en, es string }{
		{"doors host=1.2", `host: "1.2" is no address`, `host: "1.2" no es una dirección`},
		{"doors", "doors wants host=...", "doors necesita host=..."},
		{"doors host=192.0.2.1 host=192.0.2.2", "host= is given twice", "host= está dos veces"},
		{"doors host=192.0.2.1 prot=7", `doors has no parameter "prot"`, `doors no tiene ningún parámetro "prot"`},
		{"diary host=192.0.2.1 port=x", `port: "x" is not from 0 to 65535`, `port: "x" no está entre 0 y 65535`},
		{"half-open from=noon", `from: "noon" is no time`, `from: "noon" no es una hora`},
		{"half-open to=2300-01-01", "is not from 1900 to 2261", "no está entre 1900 y 2261"},
		{"connection cid=7", `cid: "7" is no Community ID`, `cid: "7" no es un Community ID`},
		{"doors host=192.0.2.1 --format xml", `--format: "xml" is none of`, "--format: \"xml\" no es"},
	} {
		for locale, want := range map[string]string{"C": c.en, "es_ES.UTF-8": c.es} {
			t.Setenv("LC_ALL", locale)
			var out, errw bytes.Buffer
			code := run(strings.Fields("query --clickhouse http://127.0.0.1:1 "+c.args), &out, &errw)
			if code != 2 || out.Len() > 0 || !strings.Contains(errw.String(), want) || strings.Contains(errw.String(), "127.0.0.1:1") {
				t.Errorf("%s, %s: exit status %d, %q, want %q", c.args, locale, code, errw.String(), want)
			}
		}
	}
}

// full refuses what is written to it, as a full disk and a reader that went away do.
type full struct{ err error }

func (f full) Write([]byte) (int, error) { return 0, f.err }

// Text that did not arrive is told; that nobody reads on is not.
func TestTextLost(t *testing.T) {
	for _, line := range []string{"", "--help", "help sensor", "hub --help", "query --help", "completion", "completion bash", "query"} {
		for why, want := range map[error]int{syscall.ENOSPC: 2, syscall.EPIPE: 0} {
			var said bytes.Buffer
			code := run(strings.Fields(line), full{&os.PathError{Op: "write", Path: "/dev/stdout", Err: why}}, &said)
			if code != want || strings.Contains(said.String(), why.Error()) != (want != 0) {
				t.Errorf("portero-fleet %s, %v: exit status %d, said %q", line, why, code, said.String())
			}
		}
	}
}

// A number or a time below zero is refused at once, whatever it is for.
func TestNothingIsBelowZero(t *testing.T) {
	dir := t.TempDir()
	for args, want := range map[string]string{
		"hub --every -1s --parquet " + dir:                            "--every: -1s is below zero",
		"hub --days -3 --parquet " + dir:                              "--days: -3 is below zero",
		"hub --days 30 --parquet " + dir:                              "--days is for --clickhouse",
		"hub --days 0 --parquet " + dir:                               "--days is for --clickhouse",
		"ingest --site hq --threads -1 " + dir:                        "--threads: -1 is below zero",
		"sensor --site hq --timeout -1s --spool " + dir + " x.pcap":   "--timeout: -1s is below zero",
		"sensor --site hq --batch -1 --spool " + dir + " eth0":        "--batch: -1 is below zero",
		"broker --replicas -1 --dir " + filepath.Join(dir, "b"):       "--replicas: -1 is below zero",
		"ingest --site hq --gap -1h " + dir + " --url nats://[::1]:1": "--gap: -1h0m0s is below zero",
	} {
		var out, errw bytes.Buffer
		if code := run(strings.Fields(args), &out, &errw); code != 2 || !strings.Contains(errw.String(), want) {
			t.Errorf("%s: exit status %d, %q", args, code, errw.String())
		}
	}
	t.Setenv("LC_ALL", "es_ES.UTF-8")
	var out, errw bytes.Buffer
	if run([]string{"hub", "--rows", "-1", "--parquet", dir}, &out, &errw); !strings.Contains(errw.String(), "--rows: -1 está por debajo de cero") {
		t.Error(errw.String())
	}
}

// What was meant to be a capture is told as a file that is not there, a mistyped interface as an interface.
func TestSensorOfNoFile(t *testing.T) {
	dir := t.TempDir()
	for arg, want := range map[string]string{
		"typo.pcap":       "typo.pcap: there is no such file",
		dir + "/typo":     dir + "/typo: there is no such file",
		"typo.PCAPNG.zst": "there is no such file",
		dir:               dir + " is a directory",
		"eth9nosuch":      `there is no interface "eth9nosuch"`,
		"eth9nosuch.100":  `there is no interface "eth9nosuch.100"`,
	} {
		if strings.Contains(want, "interface") && runtime.GOOS != "linux" {
			continue
		}
		var out, errw bytes.Buffer
		if code := run([]string{"sensor", "--site", "x", "--spool", filepath.Join(dir, "spool"), arg}, &out, &errw); code != 2 || !strings.Contains(errw.String(), want) {
			t.Errorf("%s: exit status %d, %q", arg, code, errw.String())
		}
	}
	var out, errw bytes.Buffer
	here := filepath.Join(dir, "here.pcap")
	if err := os.WriteFile(here, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code := run([]string{"sensor", "--site", "x", "--spool", filepath.Join(dir, "spool"), here, "typo.pcap"}, &out, &errw); code != 2 || !strings.Contains(errw.String(), "typo.pcap: there is no such file") {
		t.Errorf("exit status %d, %q", code, errw.String())
	}
}

// A name that is none is told at once, as what it was meant to be, and no broker is
// waited for first.
func TestMissingNamesAreToldAtOnce(t *testing.T) {
	dir := t.TempDir()
	for args, want := range map[string]string{
		"ingest " + dir + "/none --site hq --url nats://127.0.0.1:1":                                        dir + "/none: is no folder",
		"sensor --site hq --name a --spool " + dir + "/s none.pcap --url nats://127.0.0.1:1":                "none.pcap: there is no such file",
		"sensor --site hq --name a --spool " + dir + "/s " + dir + "/none --url nats://127.0.0.1:1":         dir + "/none: there is no such file",
		"sensor --site hq --name a --spool " + dir + "/s " + dir + " --url nats://127.0.0.1:1":              dir + " is a directory",
		"sensor --site hq --name a --spool " + dir + "/s root_test.go ./none.pcap --url nats://127.0.0.1:1": "./none.pcap: there is no such file",
	} {
		told := make(chan string, 1)
		go func() {
			var out, errw bytes.Buffer
			if code := run(strings.Fields(args), &out, &errw); code != 2 {
				t.Errorf("%s: exit status %d", args, code)
			}
			told <- errw.String()
		}()
		select {
		case s := <-told:
			if !strings.Contains(s, want) {
				t.Errorf("%s: %s, want %s", args, s, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: waits", args)
		}
	}
}

// TestSayHidesNothing: what others named neither steers a terminal nor hides in it.
func TestSayHidesNothing(t *testing.T) {
	var b bytes.Buffer
	(&app{err: &b}).say("a\x1b[31m\u200b\u2028\ufeff\u061cz\nportero-fleet: all is well")
	if got, want := b.String(), "portero-fleet: a\ufffd[31m\ufffd\ufffd\ufffd\ufffdz\ufffdportero-fleet: all is well\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestMisspelt: a verb or a flag that is written almost right is asked for.
func TestMisspelt(t *testing.T) {
	for args, want := range map[string]string{
		"sensr":                        "portero-fleet: unknown command \"sensr\" for \"portero-fleet\"; did you mean sensor? (see `portero-fleet --help`)\n",
		"sensor --lang es --spo x":     "portero-fleet: opción desconocida: --spo; ¿quizá --spool? (véase `portero-fleet sensor --help`)\n",
		"nothing-of-that --lang es":    "portero-fleet: orden \"nothing-of-that\" desconocida en \"portero-fleet\" (véase `portero-fleet --help`)\n",
		"broker --nothing-of-the-kind": "portero-fleet: unknown flag: --nothing-of-the-kind (see `portero-fleet broker --help`)\n",
	} {
		var out, errw bytes.Buffer
		if code := run(strings.Fields(args), &out, &errw); code != 2 || errw.String() != want || out.Len() > 0 {
			t.Errorf("%s: %d %s%s", args, code, out.String(), errw.String())
		}
	}
}
