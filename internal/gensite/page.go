package main

import (
	"bytes"
	"html/template"
	"path"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// page is one page of the site.
type page struct {
	path  string // in the site, with slashes
	title string
	lang  string
	other string // the same page in the other language, "" for none
	body  template.HTML
	nav   bool // named in the navigation
}

var md = goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithAutoHeadingID()))

// markdown makes a page of a document. Raw HTML in it is left out; links between
// the project's documents lead to their pages.
func markdown(to string, src []byte) (page, error) {
	doc := md.Parser().Parse(text.NewReader(src))
	title := ""
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch x := n.(type) {
		case *ast.Heading:
			if title == "" {
				title = string(x.Lines().Value(src))
			}
		case *ast.Link:
			dest := string(x.Destination)
			if strings.HasSuffix(dest, ".md") && !strings.Contains(dest, "://") {
				x.Destination = []byte(target(path.Base(dest)))
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return page{}, err
	}
	var b bytes.Buffer
	if err := md.Renderer().Render(&b, src, doc); err != nil {
		return page{}, err
	}
	body := named(b.String())
	lang := "en"
	if strings.HasSuffix(to, ".es.html") {
		lang = "es"
	}
	return page{path: to, title: title, lang: lang, body: template.HTML(body), nav: lang == "en"}, nil //nolint:gosec // goldmark escapes, and drops raw HTML
}

// tags are where text ends in HTML that we made; document is how documents name one another.
var (
	tags     = regexp.MustCompile(`<[^>]*>`)
	document = regexp.MustCompile(`\b(?:docs/([A-Z][A-Z_-]*)|(README|SECURITY|CHANGELOG))\.md\b`)
)

// named makes links of the names of documents in a page, as "docs/VERDICTS.md", but for those in what was typed, and
// in links.
func named(body string) string {
	var b strings.Builder
	deep, at := 0, 0
	text := func(s string) {
		if deep == 0 {
			s = document.ReplaceAllStringFunc(s, func(name string) string {
				return `<a href="` + target(path.Base(name)) + `">` + name + `</a>`
			})
		}
		b.WriteString(s)
	}
	for _, m := range tags.FindAllStringIndex(body, -1) {
		text(body[at:m[0]])
		switch tag := body[m[0]:m[1]]; {
		case strings.HasPrefix(tag, "<a ") || strings.HasPrefix(tag, "<pre"):
			deep++
		case tag == "</a>" || tag == "</pre>":
			deep--
		}
		b.WriteString(body[m[0]:m[1]])
		at = m[1]
	}
	text(body[at:])
	return b.String()
}

var frame = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>{{.Title}}</title>
<style>
:root { color-scheme: light dark; --ink: #1c2126; --paper: #fcfcfa; --dim: #5b6670; --line: #d8dcdf; --link: #0b5c6b; --code: #f1f2ef }
@media (prefers-color-scheme: dark) { :root { --ink: #dfe3e6; --paper: #15191c; --dim: #98a3ac; --line: #333a40; --link: #6cc5d6; --code: #1e2428 } }
body { margin: 0 auto; max-width: 56rem; padding: 1rem 1.25rem 4rem; font: 1rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
nav { border-bottom: 1px solid var(--line); padding-bottom: .6rem; margin-bottom: 1.5rem; font-size: .9rem; line-height: 1.9 }
nav div { display: flex; flex-wrap: wrap; gap: 0 .9rem }
nav summary { color: var(--dim); cursor: pointer }
nav a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none }
a { color: var(--link) }
h1, h2, h3 { line-height: 1.25 }
pre { overflow-x: auto; background: var(--code); padding: .8rem 1rem; border-radius: 4px; font-size: .86rem; line-height: 1.4 }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace }
table { border-collapse: collapse; display: block; overflow-x: auto; font-size: .93rem }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top }
.dim { color: var(--dim) }
ul.words { columns: 12rem; padding-left: 1.1rem }
@media print { nav { display: none } }
</style>
</head>
<body>
<nav aria-label="pages">
<div>{{range .First}}{{template "link" .}}{{end}}{{with .Other}}<a href="{{.Href}}" lang="{{.Lang}}" hreflang="{{.Lang}}">{{.Title}}</a>{{end}}</div>
<details><summary>all pages</summary><div>{{range .Rest}}{{template "link" .}}{{end}}</div></details>
</nav>
<main>
{{.Body}}
</main>
</body>
</html>
{{define "link"}}<a href="{{.Href}}"{{if .Here}} aria-current="page"{{end}}>{{.Title}}</a>
{{end}}`))

type link struct {
	Href, Title, Lang string
	Here              bool
}

// render writes p with the navigation among all pages.
func (p *page) render(all []page) ([]byte, error) {
	up := strings.Repeat("../", strings.Count(p.path, "/"))
	var first, rest []link // what a newcomer wants stands there at once, the rest behind a click
	for i := range all {
		q := &all[i]
		if q.nav {
			title, _, _ := strings.Cut(q.title, ":")
			l := link{Href: up + q.path, Title: strings.ReplaceAll(title, "`", ""), Here: q.path == p.path}
			if q.path == "index.html" || q.path == "words.html" || strings.HasPrefix(q.path, "tour-") {
				first = append(first, l)
			} else {
				rest = append(rest, l)
			}
		}
	}
	var other *link
	if p.other != "" {
		other = &link{Href: up + p.other, Title: "español", Lang: "es"}
		if p.lang == "es" {
			other.Title, other.Lang = "English", "en"
		}
	}
	var b bytes.Buffer
	err := frame.Execute(&b, map[string]any{"Lang": p.lang, "Title": strings.ReplaceAll(p.title, "`", ""), "First": first, "Rest": rest, "Other": other, "Body": p.body})
	return b.Bytes(), err
}
