package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is one page in Debian's chromium, with all that it asked for and said.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string
	said     []string // console, exceptions, dialogs
}

// chromium finds the browser; the tests that need it are skipped by name without.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	t.Skip("chromium is not installed")
	return ""
}

// shared is one browser for all tests; each opens a tab of its own in it.
var shared struct {
	sync.Once
	ctx  context.Context
	stop []context.CancelFunc
	err  error
}

// quit ends the shared browser.
func quit() {
	for i := len(shared.stop) - 1; i >= 0; i-- {
		shared.stop[i]()
	}
}

func tab(t *testing.T) context.Context {
	t.Helper()
	exe := chromium(t)
	shared.Do(func() {
		opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(exe), chromedp.DisableGPU)
		if os.Getuid() == 0 {
			opts = append(opts, chromedp.NoSandbox)
		}
		ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
		shared.stop = append(shared.stop, stop)
		shared.ctx, stop = chromedp.NewContext(ctx)
		shared.stop = append(shared.stop, stop)
		shared.err = chromedp.Do(shared.ctx)
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	ctx, stop := chromedp.NewContext(shared.ctx)
	t.Cleanup(stop)
	ctx, late := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(late)
	return ctx
}

// browse opens the page in file, w by h CSS pixels large, at a fragment of it.
func browse(t *testing.T, file, fragment string, w, h int64, dark bool) *browser {
	t.Helper()
	ctx := tab(t)
	b := &browser{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, runtime.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	b.size(w, h)
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	b.media("", scheme)
	abs, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Navigate("file://" + escapePath(abs) + fragment))
	return b
}

func escapePath(p string) string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23", " ", "%20", "<", "%3c", ">", "%3e", `"`, "%22").Replace(p)
}

func (b *browser) hear(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := ev.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		b.said = append(b.said, fmt.Sprint("console ", e.Type))
	case *runtime.EventExceptionThrown:
		b.said = append(b.said, "exception "+e.ExceptionDetails.Text)
		if x := e.ExceptionDetails.Exception; x != nil {
			b.said = append(b.said, x.Description)
		}
	case *log.EventEntryAdded:
		b.said = append(b.said, "log "+e.Entry.Text) // breaches of the policy among them
	case *page.EventJavascriptDialogOpening:
		b.said = append(b.said, "dialog "+e.Message)
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) size(w, h int64) { b.t.Helper(); b.do(chromedp.EmulateViewport(w, h)) }

func (b *browser) media(kind, scheme string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind, Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	if err != nil {
		b.t.Fatal(err)
	}
}

// eval runs an expression in the page.
func eval[T any](b *browser, js string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// busy is how many milliseconds of a processor the page has taken for its scripts and to lay out what they change. On the
// clock of the wall what else the machine does would count, too.
func (b *browser) busy() (ms float64) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks}); err != nil {
		b.t.Fatal(err)
	}
	r, err := chromedp.Call(b.ctx, performance.GetMetrics, cdp.Empty{})
	if err != nil {
		b.t.Fatal(err)
	}
	told := 0
	for _, m := range r.Metrics {
		switch m.Name {
		case "ScriptDuration", "LayoutDuration", "RecalcStyleDuration":
			ms += m.Value * 1000
			told++
		}
	}
	if told != 3 {
		b.t.Fatal("the browser does not say what the page takes")
	}
	return ms
}

// ready waits until the page's scripts have unpacked it.
func (b *browser) ready() {
	b.t.Helper()
	for range 400 {
		if eval[bool](b, `document.documentElement.classList.contains("ready")`) {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.t.Fatal("the page did not come up: ", b.said)
}

// silent fails when the page said or asked for anything.
func (b *browser) silent() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.requests) != 1 {
		b.t.Errorf("requests besides the page itself: %q", b.requests)
	}
	if len(b.said) > 0 {
		b.t.Errorf("the page said: %q", b.said)
	}
}

// press sends a key to what has the focus.
func (b *browser) press(keys string) { b.t.Helper(); b.do(chromedp.KeyEvent(keys)) }

// typed puts text into an element as a user does, replacing what was in it.
func (b *browser) typed(sel, text string) {
	b.t.Helper()
	s, _ := json.Marshal(sel)
	v, _ := json.Marshal(text)
	eval[bool](b, `(() => { const e = document.querySelector(`+string(s)+`); e.value = `+string(v)+`; e.dispatchEvent(new Event("input", {bubbles: true})); return true })()`)
}

// shoot saves a picture of the whole page where PORTERO_SHOTS names a directory,
// for looking at it.
func (b *browser) shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("PORTERO_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
