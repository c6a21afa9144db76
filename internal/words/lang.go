package words

import (
	"fmt"
	"strings"
)

// Lang is the language in which people are spoken to.
type Lang uint8

// The languages.
const (
	English Lang = iota
	Spanish
)

// Langs lists the languages.
func Langs() []Lang { return []Lang{English, Spanish} }

// String returns the code that Parse reads.
func (l Lang) String() string {
	if l == Spanish {
		return "es"
	}
	return "en"
}

// Pick chooses between the two forms of a text.
func (l Lang) Pick(en, es string) string {
	if l == Spanish {
		return es
	}
	return en
}

// Parse reads a language code as given to --lang: en or es, in either case,
// also with a region (es_AR, en-GB).
func Parse(s string) (Lang, error) {
	code, _, _ := strings.Cut(strings.ToLower(s), "_")
	code, _, _ = strings.Cut(code, "-")
	switch code {
	case "en":
		return English, nil
	case "es":
		return Spanish, nil
	}
	return English, fmt.Errorf("language %q is neither en nor es", s)
}

// FromLocale returns the language of the environment: the first of LC_ALL,
// LC_MESSAGES and LANG that is set decides (POSIX, chapter 8.2). Where it is no C locale,
// LANGUAGE comes before it, a list of which the first that is spoken here counts (GNU
// gettext, "The LANGUAGE variable"). Whatever is not Spanish is English.
func FromLocale(getenv func(string) string) Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		v := getenv(name)
		if v == "" {
			continue
		}
		v, _, _ = strings.Cut(v, ".")
		v, _, _ = strings.Cut(v, "@")
		if v == "C" || v == "POSIX" {
			return English
		}
		for _, wish := range strings.Split(getenv("LANGUAGE"), ":") {
			wish, _, _ = strings.Cut(wish, ".")
			wish, _, _ = strings.Cut(wish, "@")
			if l, err := Parse(wish); err == nil {
				return l
			}
		}
		l, err := Parse(v)
		if err != nil {
			return English
		}
		return l
	}
	return English
}
