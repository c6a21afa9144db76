package main

import (
	"errors"
	"os/exec"
	"testing"
)

// A key that ends live at once reaches the process that analyses before it heeds signals: that is no failure. What else ends it is.
func TestHowTheOtherProcessEnded(t *testing.T) {
	for how, want := range map[string]string{
		"exit 0":        "",
		"exit 2":        "exit 2",
		"kill -INT $$":  "",
		"kill -TERM $$": "",
		"kill -HUP $$":  "",
		"kill -KILL $$": "the process that analyses ended: signal: killed",
		"kill -SEGV $$": "the process that analyses ended: signal: segmentation fault",
	} {
		err := howItEnded(exec.Command("sh", "-c", "ulimit -c 0; "+how).Run())
		var code *exitError
		switch {
		case errors.As(err, &code):
			if code.code != 2 || want != "exit 2" {
				t.Errorf("%s: %v", how, err)
			}
		case err == nil && want != "", err != nil && err.Error() != want:
			t.Errorf("%s: %v, want %q", how, err, want)
		}
	}
}
