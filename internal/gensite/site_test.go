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

// What a document says of another leads there, but not in what is to be typed; and the navigation is short, in words.
func TestDocumentsLeadToOneAnother(t *testing.T) {
	p, err := markdown("index.html", []byte("# A `title`\n\nSee docs/VERDICTS.md, `docs/FLEET.md`, [there](docs/LAB.md) and SECURITY.md.\n\n    cat docs/LIVE.md\n"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.render([]page{p, {path: "tour-admin.html", title: "Tour for the admin: a day", nav: true}, {path: "events.html", title: "What `live` writes", nav: true}})
	if err != nil {
		t.Fatal(err)
	}
	for want, n := range map[string]int{`<a href="verdicts.html">docs/VERDICTS.md</a>`: 1, `<code><a href="fleet.html">docs/FLEET.md</a></code>`: 1, `<a href="lab.html">there</a>`: 1, `<a href="security.html">SECURITY.md</a>`: 1,
		"live.html": 0, "`": 0, `<a href="tour-admin.html">Tour for the admin</a>`: 1, "<details>": 1, `<a href="events.html">What live writes</a>`: 1} {
		if got := strings.Count(string(b), want); got != n {
			t.Errorf("%s: %d times, want %d, in\n%s", want, got, n, b)
		}
	}
}
