package main

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"portero/catalog"
)

var href = regexp.MustCompile(`(?:href|src)="([^"]*)"`)

// Every link of the site leads to a page of it, nothing is fetched from elsewhere,
// and both languages have every word.
func TestSiteHoldsTogether(t *testing.T) {
	out := t.TempDir()
	n, err := build("../..", out, catalog.Default())
	if err != nil {
		t.Fatal(err)
	}
	if n < 100 {
		t.Errorf("%d pages only", n)
	}
	english, spanish := 0, 0
	err = filepath.WalkDir(out, func(file string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		text := string(b)
		if strings.HasSuffix(file, ".es.html") {
			spanish++
		} else if strings.Contains(file, "explain") {
			english++
		}
		for _, bad := range []string{"<script", "<iframe", "<img", "@import", "url("} {
			if strings.Contains(text, bad) {
				t.Errorf("%s: %s in it", file, bad)
			}
		}
		for _, m := range href.FindAllStringSubmatch(text, -1) {
			u, err := url.Parse(m[1])
			if err != nil || u.Scheme != "" || u.Path == "" {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), filepath.FromSlash(u.Path))); err != nil {
				t.Errorf("%s: dead link %s", filepath.Base(file), m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if english == 0 || spanish < english {
		t.Errorf("%d words in English, %d in Spanish", english, spanish)
	}
}
