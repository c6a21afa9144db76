package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/term"

	"portero/capture/pcapfile"
	"portero/internal/fold"
)

// output is where data goes: standard output or a new file.
type output struct {
	io.Writer
	buf  *bufio.Writer
	file *os.File
	slow *outlet // between buf and where it goes, live; it closes file
	// columns of the terminal that it is, where tables break between words; 0 for none.
	columns int
}

// openOutput opens name, "" or "-" for standard output. A file is created with
// mode 0600, never over an existing one without force, never through a link.
func (a *app) openOutput(name string, force bool) (*output, error) {
	// Less than the writers of records hand on at once: that passes uncopied then.
	const size = 16 << 10
	if name == "" || name == "-" {
		b := bufio.NewWriterSize(a.out, size)
		return &output{Writer: b, buf: b, columns: fold.Terminal(a.out)}, nil
	}
	if err := a.mayLose(name); err != nil {
		return nil, err
	}
	f, err := createFile(name, force)
	if err != nil {
		return nil, err
	}
	a.named = append(a.named, name)
	b := bufio.NewWriterSize(f, size)
	return &output{Writer: b, buf: b, file: f}, nil
}

// openAs is openOutput for what is written in this format, one of forms; that its name says something else is told, unless
// quiet, when it is there.
func (a *app) openAs(name string, force, quiet bool, format string, forms ...string) (*output, error) {
	out, err := a.openOutput(name, force)
	if err == nil && !quiet {
		a.misnamed(name, format, forms...)
	}
	return out, err
}

// outlive makes of a reader of standard output that goes away, as head does when it has enough, no reason to end:
// something else is done besides, that nobody wants half of.
func (o *output) outlive(to io.Writer) {
	if o.file == nil {
		signal.Ignore(syscall.SIGPIPE)
		o.buf.Reset(&unread{to: to})
	}
}

// unread takes what its reader did not stay for.
type unread struct {
	to   io.Writer
	gone bool
}

func (u *unread) Write(b []byte) (int, error) {
	if u.gone {
		return len(b), nil
	}
	n, err := u.to.Write(b)
	if u.gone = brokenPipe(err); u.gone {
		return len(b), nil
	}
	return n, err
}

// formOf is what the ending of a file's name says of the form of what is in it.
var formOf = map[string]string{".svg": "svg", ".html": "html", ".htm": "html", ".mmd": "mermaid", ".gift": "gift", ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv", ".tsv": "tsv"}

// foreign are endings of what other programs write, which somebody may expect of a name.
var foreign = []string{".pdf", ".png", ".jpg", ".jpeg", ".doc", ".docx", ".odt", ".xls", ".xlsx", ".ods"}

// misnamed tells that a file whose name says something else gets what is for people to read, and how it gets
// what its name says; forms are those that the verb can write.
func (a *app) misnamed(name, format string, forms ...string) {
	ending := strings.ToLower(filepath.Ext(name))
	says := formOf[ending]
	switch {
	case ending == ".pcap" || ending == ".pcapng":
		fmt.Fprintf(a.err, "portero: %s\n", printable(fmt.Sprintf(a.tongue().Pick("%s: what is written there is %s, whatever its name says; packets are written by portero FILE -w X", "%s: lo que se escribe ahí es %s, diga lo que diga su nombre; los paquetes los escribe portero FICHERO -w X"), name, format)))
	case slices.Contains(foreign, ending):
		fmt.Fprintf(a.err, "portero: %s\n", printable(fmt.Sprintf(a.tongue().Pick("%s: what is written there is %s, whatever its name says: portero makes no %s", "%s: lo que se escribe ahí es %s, diga lo que diga su nombre: portero no hace ficheros %s"), name, format, ending)))
	}
	switch format {
	case "text", "md", "table", "wide":
		if slices.Contains(forms, says) {
			fmt.Fprintf(a.err, "portero: %s\n", printable(fmt.Sprintf(a.tongue().Pick("%s: what is written there is %s; --format %s makes it what its name says", "%s: lo que se escribe ahí es %s; con --format %s es lo que dice su nombre"), name, format, says)))
		}
	}
}

// mayLose says that name is a file that the same command reads or writes, which even
// --force must not replace: the capture would be gone.
func (a *app) mayLose(name string) error {
	st, err := os.Stat(name)
	if err != nil || !st.Mode().IsRegular() {
		return nil
	}
	for _, other := range a.named {
		o, err := os.Stat(other)
		if f, ok := a.in.(*os.File); other == "-" && ok {
			o, err = f.Stat()
		}
		if err == nil && os.SameFile(st, o) {
			return usage(name + ": is read or written by the same command; give the output another name")
		}
	}
	return nil
}

// readable says what stands against reading names in the form that was asked for, before
// --force replaces a file by what will never be there.
func (o *readFlags) readable(names []string) error {
	if !o.force {
		return nil
	}
	if !slices.Contains(formats, o.format) {
		return o.noFormat()
	}
	for _, name := range names {
		if st, err := os.Stat(name); name == "-" || err == nil && !st.Mode().IsRegular() {
			continue // what is read there is gone
		}
		f, err := pcapfile.Open(name, pcapfile.Options{})
		if err != nil {
			return err
		}
		f.Close()
	}
	return nil
}

// formats are what --format may be.
var formats = []string{"table", "wide", "ndjson", "jsonl", "json", "csv", "tsv", "zeek", "ecs", "eve"}

// columned are those of them whose columns --fields chooses.
var columned = []string{"ndjson", "jsonl", "json", "csv", "tsv"}

func (o *readFlags) noFormat() error {
	return usage(fmt.Sprintf("--format: %q is none of table, wide, ndjson, jsonl, json, csv, tsv, zeek, ecs, eve", o.format))
}

func (o *output) close() error {
	err := o.buf.Flush()
	if o.slow != nil {
		if e := o.slow.close(); err == nil {
			err = e
		}
		return err
	}
	if o.file != nil {
		if e := o.file.Close(); err == nil {
			err = e
		}
	}
	return err
}

func createFile(name string, force bool) (*os.File, error) {
	st, err := mayReplace(name, force)
	if err != nil {
		return nil, err
	}
	if st != nil && isDevice(st) {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		return f, writing(name, err)
	}
	if st != nil {
		if err := os.Remove(name); err != nil {
			return nil, writing(name, err)
		}
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_CLOEXEC, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, usage(name + ": exists already; --force replaces it")
	}
	return f, writing(name, err)
}

// mayReplace says what is called name already, nil for nothing, or why it may not be
// written over.
func mayReplace(name string, force bool) (os.FileInfo, error) {
	st, err := os.Lstat(name)
	switch {
	case err != nil:
		return nil, nil
	case isDevice(st):
	case st.Mode()&os.ModeSymlink != 0 && name == "/dev/stdout":
		return nil, usage(name + ": is a link; standard output is written -")
	case st.Mode()&os.ModeSymlink != 0:
		return nil, usage(name + ": is a link; portero does not write through links")
	case st.IsDir():
		return nil, usage(name + ": is a directory")
	case !force:
		return nil, usage(name + ": exists already; --force replaces it")
	}
	return st, nil
}

// isDevice is for what is written to and not made anew.
func isDevice(st os.FileInfo) bool { return st.Mode()&(os.ModeCharDevice|os.ModeNamedPipe) != 0 }

// mayCreate says what stands against creating name, without touching anything.
func mayCreate(name string, force bool) error {
	st, err := mayReplace(name, force)
	if err != nil || st != nil && isDevice(st) {
		return err
	}
	return mayMakeIn(name)
}

// mayWrite says what stands against -o before captures are read for it, which may take long.
func (a *app) mayWrite(o *readFlags) error {
	if o.out == "" || o.out == "-" {
		return nil
	}
	if err := a.mayLose(o.out); err != nil {
		return err
	}
	return mayCreate(o.out, o.force)
}

// mayMakeIn says what stands against making a file in the directory of name.
func mayMakeIn(name string) error {
	dir := filepath.Dir(name)
	st, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return usage(name + ": there is no directory to make it in")
	case err != nil:
		return writing(name, err)
	case !st.IsDir():
		return usage(name + ": there is no directory to make it in")
	}
	return writing(name, writable(dir))
}

// writing says that a file may not be written where the system's words are about
// reading as well.
func writing(name string, err error) error {
	switch {
	case errors.Is(err, os.ErrPermission):
		return &exitError{exitDenied, errors.New(name + ": no permission to write it there")}
	case errors.Is(err, os.ErrNotExist):
		return usage(name + ": there is no directory to make it in")
	}
	return err
}

// colorWanted decides by flag, environment and kind of output.
func (a *app) colorWanted(mode string, toFile bool) (bool, error) {
	switch mode {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
	default:
		return false, usage(fmt.Sprintf("--color: %q is none of auto, always, never", mode))
	}
	if os.Getenv("NO_COLOR") != "" {
		return false, nil
	}
	if f := os.Getenv("CLICOLOR_FORCE"); f != "" && f != "0" {
		return true, nil
	}
	return !toFile && isTerminal(a.out) && os.Getenv("TERM") != "dumb", nil
}

// width is that of the terminal. Where there is none it is that of COLUMNS, which a person sets for a pager and watch for
// its screen, else 80; a terminal is asked itself, because what COLUMNS says may be older than its size.
func (a *app) width() int {
	const narrowest, widest = 40, 10_000
	if f, ok := a.out.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return max(w, narrowest)
		}
	}
	if w, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && w > 0 && w <= widest {
		return max(w, narrowest)
	}
	return 80
}

// sizeOf reads a size that a flag gives, in octets: "64MB", "1G", "500000".
func sizeOf(flag, s string) (int64, error) {
	t := strings.ToUpper(strings.TrimSpace(s))
	t = strings.TrimSuffix(strings.TrimSuffix(t, "B"), "I")
	mult := int64(1)
	switch {
	case strings.HasSuffix(t, "K"):
		mult, t = 1<<10, t[:len(t)-1]
	case strings.HasSuffix(t, "M"):
		mult, t = 1<<20, t[:len(t)-1]
	case strings.HasSuffix(t, "G"):
		mult, t = 1<<30, t[:len(t)-1]
	}
	var n int64
	if _, err := fmt.Sscanf(t, "%d", &n); err != nil || n <= 0 || fmt.Sprint(n) != t || n > 1<<50/mult {
		return 0, usage(fmt.Sprintf("%s: %q is no size (write 64MB or 1G)", flag, s))
	}
	return n * mult, nil
}
