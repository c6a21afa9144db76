package words

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The Spanish of the program calls a computer "equipo", speaks to nobody in particular, and never says
// of a RST that something starts again.
func TestHouseSpanish(t *testing.T) {
	not := regexp.MustCompile(`(?i)(?:^|[^\pL])(máquinas?|ordenador(?:es)?|computador[ae]s?|reinici\pL*|ustedes|usted|vosotros|tú|ejecútel[oa]|escriba|complete l[oa]s?|pulse|rellene)(?:$|[^\pL])`)
	read := 0
	for _, dir := range []string{"../../cmd", "../../internal"} {
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			src, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			read++
			set := token.NewFileSet()
			file := set.AddFile(name, -1, len(src))
			var s scanner.Scanner
			s.Init(file, src, nil, 0)
			for {
				pos, tok, text := s.Scan()
				if tok == token.EOF {
					return nil
				}
				if m := not.FindStringSubmatch(text); tok == token.STRING && m != nil {
					t.Errorf("%s says %q", set.Position(pos), m[1])
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 200 {
		t.Errorf("only %d files were read", read)
	}
}
