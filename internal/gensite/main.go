// Command gensite makes the documentation site: a folder of pages that needs no
// server, no network and no script.
//
//	go run ./internal/gensite OUTDIR
//
// Its sources are those that readers of the repository and users of `portero
// explain` see: README.md, CHANGELOG.md, SECURITY.md, docs/*.md, and the words,
// kinds and ports that explain knows, in both languages.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"portero/catalog"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gensite OUTDIR (run it from the root of the project)")
		os.Exit(2)
	}
	n, err := build(".", os.Args[1], catalog.Default())
	if err != nil {
		fmt.Fprintln(os.Stderr, "gensite:", err)
		os.Exit(1)
	}
	fmt.Printf("%d pages in %s\n", n, os.Args[1])
}

// build writes the site of the project at root to out and counts its pages.
func build(root, out string, c *catalog.Catalog) (int, error) {
	pages, err := documents(root)
	if err != nil {
		return 0, err
	}
	pages = append(pages, explained(c)...)
	for i := range pages {
		p := &pages[i]
		file := filepath.Join(out, filepath.FromSlash(p.path))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return 0, err
		}
		b, err := p.render(pages)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", p.path, err)
		}
		if err := os.WriteFile(file, b, 0o644); err != nil {
			return 0, err
		}
	}
	return len(pages), nil
}

// documents are the project's Markdown files, the README first.
func documents(root string) ([]page, error) {
	names, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		return nil, err
	}
	var pages []page
	for _, n := range append([]string{filepath.Join(root, "README.md"), filepath.Join(root, "SECURITY.md"), filepath.Join(root, "CHANGELOG.md")}, names...) {
		b, err := os.ReadFile(n)
		if err != nil {
			return nil, err
		}
		p, err := markdown(target(filepath.Base(n)), b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n, err)
		}
		pages = append(pages, p)
	}
	return pages, nil
}

// target is the page that a Markdown file becomes.
func target(name string) string {
	if name == "README.md" {
		return "index.html"
	}
	return strings.ToLower(strings.TrimSuffix(name, ".md")) + ".html"
}
