package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file whose name says what it does not hold is told of, with the flag that makes it so; other names are not.
func TestMisnamed(t *testing.T) {
	t.Chdir("../..")
	const capture = "testdata/first-look/in.pcap"
	dir := t.TempDir()
	for _, c := range []struct {
		args []string
		name string
		says string // "" for nothing
	}{
		{[]string{"teach", capture, "2"}, "a.svg", "text; --format svg"},
		{[]string{"teach", capture, "2"}, "a.mmd", "text; --format mermaid"},
		{[]string{"teach", "--format", "svg", capture, "2"}, "b.svg", ""},
		{[]string{"teach", capture, "2"}, "b.txt", ""},
		{[]string{"teach", "-q", capture, "2"}, "c.html", ""},
		{[]string{"exercise", capture}, "d.html", "md; --format html"},
		{[]string{"exercise", capture}, "d.md", ""},
		{[]string{capture}, "e.CSV", "table; --format csv"},
		{[]string{"--format", "wide", capture}, "e.jsonl", "wide; --format ndjson"},
		{[]string{"--format", "ndjson", capture}, "e.json", ""},
		{[]string{capture}, "e.html", ""}, // no form of it
		{[]string{"hosts", capture}, "f.tsv", "table; --format tsv"},
		{[]string{"ports", "--format", "tsv", capture}, "g.tsv", ""},
		{[]string{"findings", capture}, "i.csv", "text; --format csv"},
		{[]string{"findings", "--format", "table", capture}, "i.tsv", "table; --format tsv"},
		{[]string{"why", capture, "2"}, "i.json", "text; --format json"},
		{[]string{"why", capture, "2"}, "j.csv", ""}, // no form of it
		{[]string{"ports"}, "k.csv", "table; --format csv"},
		{[]string{"lab", "handshake", "--userspace", "--format", "html"}, "h.svg", ""},
	} {
		file := filepath.Join(dir, c.name)
		code, _, errs := portero(t, append(c.args, "-o", file)...)
		want := ""
		if c.says != "" {
			want = "portero: " + file + ": what is written there is " + c.says + " makes it what its name says\n"
		} else if c.args[0] == "lab" {
			want = errs
		}
		if ext := filepath.Ext(file); c.args[0] == "exercise" {
			want += "portero: " + file + ": for the students; " + strings.TrimSuffix(file, ext) + ".key" + ext + ": the answers\n"
		}
		if code != exitOK || errs != want {
			t.Errorf("%q to %s: %d %q, want %q", c.args, c.name, code, errs, want)
		}
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
	}
	for _, c := range [][]string{{"md", "exercise", capture}, {"html", "report", capture}, {"table", capture}} {
		file := filepath.Join(dir, c[0]+".PDF")
		if code, _, errs := portero(t, append(c[1:], "-o", file)...); code != exitOK || !strings.HasPrefix(errs, "portero: "+file+": what is written there is "+c[0]+", whatever its name says: portero makes no .pdf\n") {
			t.Errorf("%q: %d %q", c, code, errs)
		}
	}
	// Packets are to be had.
	for lang, want := range map[string]string{"en": "x.pcap: what is written there is table, whatever its name says; packets are written by portero FILE -w X\n", "es": "x.pcap: lo que se escribe ahí es table, diga lo que diga su nombre; los paquetes los escribe portero FICHERO -w X\n"} {
		if _, _, errs := portero(t, "hosts", capture, "--force", "--lang", lang, "-o", dir+"/x.pcap"); errs != "portero: "+dir+"/"+want {
			t.Error(errs)
		}
	}
	// Of what is not written nothing is said.
	there := filepath.Join(dir, "there.pdf")
	if err := os.WriteFile(there, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"read", capture}, {"hosts", capture}, {"findings", capture}, {"report", capture}, {"exercise", capture}, {"why", capture, "2"}, {"teach", capture, "2"}, {"lab", "handshake", "--userspace"}} {
		if code, _, errs := portero(t, append(args, "-q", "-o", there)...); code != exitUsage || errs != "portero: "+there+": exists already; --force replaces it\n" {
			t.Errorf("%q: %d %q", args, code, errs)
		}
		if code, _, errs := portero(t, append(args, "-o", there)...); code != exitUsage || strings.Contains(errs, "whatever its name says") {
			t.Errorf("%q: %d %q", args, code, errs)
		}
	}
	if _, _, errs := portero(t, "teach", "--lang", "es", "--force", "-o", dir+"/a.svg", capture); errs != "portero: "+dir+"/a.svg: lo que se escribe ahí es text; con --format svg es lo que dice su nombre\n" {
		t.Error(errs)
	}
}
