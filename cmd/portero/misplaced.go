package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"portero/capture/filter"
	"portero/internal/manual"
	"portero/internal/record"
	"portero/internal/view/safe"
)

// written tells words apart that are written almost alike.
var written = manual.Distance(record.EditDistance)

// absent tells that there is no file of this name.
func absent(name string) bool {
	_, err := os.Lstat(name)
	return errors.Is(err, fs.ErrNotExist)
}

// misplaced refuses what stands behind the captures, is no file, and is understood only as something else: a
// filter without the -- before it, as tcpdump takes it, or a connection without the verb that tells it. To go on
// without would answer what was not asked. What else is missing is told above the result.
func misplaced(cmd *cobra.Command, names []string) error {
	n := len(names)
	for n > 0 && names[n-1] != "-" && absent(names[n-1]) {
		n--
	}
	rest := names[n:]
	if n == 0 || len(rest) == 0 {
		return nil
	}
	of := "FILE..."
	if n == 1 {
		of = safe.Shell(names[0])
	}
	if _, err := parseTarget(rest[0]); err == nil && len(rest) == 1 {
		return usage(fmt.Sprintf("%s: there is no file of this name; a connection is told by: %s", rest[0], "portero why "+of+" "+safe.Shell(rest[0])))
	}
	expr := strings.Join(rest, " ")
	if _, err := filter.Parse(expr); err != nil {
		return nil
	}
	if strings.ContainsAny(expr, "()[]<>&|!*?$'\"\\") { // the shell's own
		expr = safe.Shell(expr)
	}
	return usage(fmt.Sprintf("%s: there is no file of this name; a filter goes behind --: %s", rest[0], cmd.CommandPath()+" "+of+" -- "+expr))
}

// unnamed is the error of a command without captures. Elsewhere -- has what begins with - taken for a file; here a
// filter stands behind it, and one of its words may be the file.
func unnamed(asFilter []string) error {
	for _, w := range asFilter {
		if absent(w) {
			continue
		}
		if strings.HasPrefix(w, "-") {
			w = "./" + w
		}
		return usage(fmt.Sprintf("behind -- stands the filter; the capture goes before it: %s", safe.Shell(w)))
	}
	return usage("name a capture to read (- is standard input)")
}

// targeted reads which connection words are about, the last of them.
func targeted(words []string) (target, error) {
	last := len(words) - 1
	t, err := parseTarget(words[last])
	if err == nil || absent(words[last]) {
		return t, err
	}
	// A capture stands where the connection is expected, which may stand before it.
	for _, w := range words[:last] {
		if _, no := parseTarget(w); no == nil && absent(w) {
			return t, usage(fmt.Sprintf("%s is a file; the connection goes behind it: %s", words[last], safe.Shell(words[last])+" "+safe.Shell(w)))
		}
	}
	return t, usage(fmt.Sprintf("%s is a file; behind the captures goes the connection, by its number in the table of: %s", words[last], "portero "+safe.Shell(words[last])))
}

// flagMeant is the flag that was meant by one that the verb does not have, what tcpdump listens with among them; "" for none.
func flagMeant(cmd *cobra.Command, err error) string {
	var no *pflag.NotExistError
	if errors.As(err, &no) && no.GetSpecifiedShortnames() != "" && no.GetSpecifiedName() == "i" && cmd.Root() == cmd {
		return "portero live -i"
	}
	return written.Flag(cmd, err)
}

// saved refuses a capture that stands where live expects interfaces.
func saved(ifaces []string) error {
	for _, name := range ifaces {
		st, err := os.Stat(name)
		if err != nil || !st.Mode().IsRegular() {
			continue
		}
		if _, err := net.InterfaceByName(name); err != nil {
			return usage(fmt.Sprintf("%s is a file, and no interface; a saved capture is shown by: %s", name, "portero live --replay "+safe.Shell(name)))
		}
	}
	return nil
}

// swallowed refuses a flag behind --, where all words are of the filter: as one it would be refused too, in
// words of the filter's language.
func swallowed(cmd *cobra.Command, expr []string) error {
	for _, w := range expr {
		name, _, _ := strings.Cut(w, "=")
		long, double := strings.CutPrefix(name, "--")
		switch {
		case double && long != "" && cmd.Flags().Lookup(long) != nil:
		case !double && len(name) == 2 && name[0] == '-' && cmd.Flags().ShorthandLookup(name[1:]) != nil:
		default:
			continue
		}
		return usage(fmt.Sprintf("%s stands behind --, where everything is the filter; flags go before --", name))
	}
	return nil
}
