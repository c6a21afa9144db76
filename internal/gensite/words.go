package main

import (
	"html/template"
	"sort"
	"strconv"
	"strings"

	"portero/catalog"
	"portero/internal/explain"
	"portero/internal/words"
)

// told are the ports with a page of their own: those that the project's founding
// text names first, and those that people ask about.
var told = []uint16{20, 21, 22, 23, 25, 53, 67, 80, 102, 109, 110, 111, 123, 135, 137, 139, 143, 161, 389, 443, 445, 500, 993, 1433, 1883, 3306, 3389, 5060, 5432, 5900, 6379, 8080,
	9200, 12345, 27374, 31337, 49152}

// explained are the pages of what `portero explain` says, one a word and an
// index, in both languages.
func explained(c *catalog.Catalog) []page {
	names := explain.Words()
	for _, p := range told {
		names = append(names, strconv.Itoa(int(p)))
	}
	sort.SliceStable(names, func(i, j int) bool {
		a, errA := strconv.Atoi(names[i])
		b, errB := strconv.Atoi(names[j])
		if errA == nil && errB == nil {
			return a < b
		}
		if (errA == nil) != (errB == nil) {
			return errA != nil
		}
		return strings.ToLower(names[i]) < strings.ToLower(names[j])
	})
	var pages []page
	for _, l := range []struct {
		lang                words.Lang
		code, title, suffix string
		head                string
	}{{words.English, "en", "Words and ports", "", "What the words, flags and ports mean, as portero explain says it."},
		{words.Spanish, "es", "Palabras y puertos", ".es", "Qué significan las palabras, los indicadores y los puertos, como lo dice portero explain."}} {
		other := ".es"
		if l.suffix != "" {
			other = ""
		}
		var index strings.Builder
		index.WriteString("<h1>" + l.title + "</h1>\n<p>" + l.head + "</p>\n<ul class=\"words\">\n")
		for _, n := range names {
			found, _ := explain.Explain(c, l.lang, n)
			if len(found) == 0 {
				continue
			}
			file := slug(n)
			index.WriteString("<li><a href=\"explain/" + file + l.suffix + ".html\">" + template.HTMLEscapeString(n) + "</a></li>\n")
			var b strings.Builder
			b.WriteString("<h1>" + template.HTMLEscapeString(n) + "</h1>\n")
			for _, e := range found {
				b.WriteString("<h2 class=\"dim\">" + template.HTMLEscapeString(e.Kind) + "</h2>\n<pre>" + template.HTMLEscapeString(e.Text) + "</pre>\n")
			}
			b.WriteString("<p class=\"dim\"><code>portero explain " + template.HTMLEscapeString(n) + "</code></p>\n")
			pages = append(pages, page{path: "explain/" + file + l.suffix + ".html", title: n, lang: l.code, other: "explain/" + file + other + ".html", body: template.HTML(b.String())}) //nolint:gosec // every part is escaped
		}
		index.WriteString("</ul>\n")
		pages = append(pages, page{path: "words" + l.suffix + ".html", title: l.title, lang: l.code, other: "words" + other + ".html", body: template.HTML(index.String()), nav: l.suffix == ""}) //nolint:gosec // every part is escaped
	}
	return pages
}

// slug is a file name for a word: letters keep their case by a mark, since S and
// s are two words and some file systems do not tell them apart.
func slug(word string) string {
	var b strings.Builder
	for _, r := range word {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-':
			b.WriteRune(r)
		case r >= 'A' && r <= 'Z':
			b.WriteByte('_')
			b.WriteRune(r + 'a' - 'A')
		default:
			b.WriteString("_" + strconv.Itoa(int(r)) + "_")
		}
	}
	return b.String()
}
