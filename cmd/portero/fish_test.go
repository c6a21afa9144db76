package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The Tab key runs nothing and writes nothing that stands on the line. Where fish is, it shows that itself.
func TestFishCompletion(t *testing.T) {
	code, script, errs := portero(t, "completion", "fish")
	if code != exitOK || !strings.Contains(script, "set -l args (string escape -- (commandline -opc))") {
		t.Fatalf("%d: words of the line are taken apart once more: %s", code, errs)
	}
	if _, err := exec.LookPath("fish"); err != nil {
		t.Skip("fish is not installed")
	}
	dir := t.TempDir()
	// Instead of portero, what it would be asked.
	for name, text := range map[string]string{"portero.fish": script, "portero": "#!/bin/sh\nprintf '%s\\n' \"$3\" :4\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("fish", "--no-config", "-c", `source portero.fish; complete -C "portero read '(touch ran) > wrote' "`)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "PATH="+dir+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "(touch ran) > wrote" {
		t.Errorf("%v: asked for %q", err, out)
	}
	for _, name := range []string{"ran", "wrote"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			t.Error("there is a file", name)
		}
	}
}
