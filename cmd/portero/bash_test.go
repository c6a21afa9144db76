package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The Tab key works in bash where the package bash-completion is not installed, and asks for the words of the line as they stand up to
// the cursor.
func TestBashCompletionAlone(t *testing.T) {
	code, script, errs := portero(t, "completion", "bash")
	if code != exitOK {
		t.Fatalf("%d %s", code, errs)
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("bash is not installed")
	}
	dir := t.TempDir()
	// Instead of portero, what it would be asked.
	for name, text := range map[string]string{"script": script, "portero": "#!/bin/sh\nshift\nfor w; do printf '<%s>' \"$w\" >> asked; done\nprintf '%s\\n' json jsonl :4\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		words, rest string // on the line, with a space where bash parts them, up to the cursor, and behind it
		glued       bool   // = and : have no space around them
		asked       string
	}{
		{words: "portero rea", asked: "<rea>"},
		{words: "portero read --format ", asked: "<read><--format><>"},
		{words: "portero read --format = js", glued: true, asked: "<read><--format=js>"},
		{words: "portero read --format =", glued: true, asked: "<read><--format=>"},
		{words: "portero read   x.pcap js", rest: "on", asked: "<read><x.pcap><js>"},
		{words: "portero why x.pcap 10.0.0.1 : 80", glued: true, asked: "<why><x.pcap><10.0.0.1:80>"},
		{words: "portero", rest: "", asked: ""},
	} {
		line := c.words
		if c.glued {
			line = strings.NewReplacer(" = ", "=", " =", "=", " : ", ":").Replace(line)
		}
		words := strings.Fields(c.words)
		if strings.HasSuffix(c.words, " ") {
			words = append(words, "")
		}
		words[len(words)-1] += c.rest
		set := "source ./script; COMP_LINE=" + quoted(line+c.rest) + " COMP_TYPE=9 COMP_WORDS=("
		for _, w := range words {
			set += quoted(w) + " "
		}
		set += ") COMP_CWORD=" + strconv.Itoa(len(words)-1) + " COMP_POINT=" + strconv.Itoa(len(line)) + "; __start_portero portero; printf '%s,' \"${COMPREPLY[@]}\""
		os.Remove(filepath.Join(dir, "asked"))
		cmd := exec.Command("bash", "--norc", "--noprofile", "-c", set)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		asked, _ := os.ReadFile(filepath.Join(dir, "asked"))
		if err != nil || string(asked) != c.asked || strings.Contains(string(out), "not found") {
			t.Errorf("%q: %v, asked for %s, want %s\n%s", line, err, asked, c.asked, out)
		}
	}
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
