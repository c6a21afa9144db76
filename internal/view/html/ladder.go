package html

import (
	"portero/internal/record"
	"portero/internal/teach"
	"portero/internal/trace"
	"portero/internal/view/certificate"
	"portero/internal/view/safe"
	"portero/internal/words"
)

// texts holds every sentence once, in both languages; elsewhere its index stands
// for it. Index 0 is no text.
type texts struct {
	list  []any // a string where both languages say the same, else two
	index map[certificate.Text]int
}

func (t *texts) of(x certificate.Text) int {
	x.EN, x.ES = safe.Terminal(x.EN), safe.Terminal(x.ES)
	if t.index == nil {
		t.index = map[certificate.Text]int{{}: 0}
		t.list = []any{""}
	}
	i, ok := t.index[x]
	if !ok {
		i = len(t.list)
		t.index[x] = i
		if x.EN == x.ES {
			t.list = append(t.list, x.EN)
		} else {
			t.list = append(t.list, [2]string{x.EN, x.ES})
		}
	}
	return i
}

func (t *texts) both(en, es string) int { return t.of(certificate.Text{EN: en, ES: es}) }

func (t *texts) lists(en, es []string) []int {
	var out []int
	for i := range en {
		out = append(out, t.both(en[i], es[i]))
	}
	return out
}

// story is one connection packet by packet, as scripts read it: the ladder of
// `portero teach`, its questions, and the certificate of `portero why`.
type story struct {
	Left    string   `json:"l"`
	Right   string   `json:"r"`
	States  bool     `json:"st,omitempty"`
	Start   [2]int   `json:"b"`
	Intro   []int    `json:"in,omitempty"`
	Rungs   []rung   `json:"g"`
	Outro   []int    `json:"out,omitempty"`
	Differs []int    `json:"dev,omitempty"`
	Proof   evidence `json:"c"`
}

// rung is one arrow. States are numbered as in trace, doubled, plus one when
// inferred.
type rung struct {
	Frame   uint64   `json:"f,omitempty"`
	From    int      `json:"e"`
	Label   int      `json:"l,omitempty"`
	Wire    int      `json:"w,omitempty"`
	Rel     int64    `json:"t"`
	Missed  bool     `json:"m,omitempty"`
	Ignored bool     `json:"i,omitempty"`
	Folded  int      `json:"n,omitempty"`
	After   [2]int   `json:"a"`
	Path    [2][]int `json:"p"`
	Quote   int      `json:"q,omitempty"`
	Plain   int      `json:"s,omitempty"`
	Hushed  *int     `json:"u,omitempty"` // Plain while the packets after it are to be guessed, where it tells of them
	Check   int      `json:"k,omitempty"`
	Holds   bool     `json:"h,omitempty"`
	Ask     *ask     `json:"ask,omitempty"`
}

// ask is the question for an arrow, with what is right and why.
type ask struct {
	Prompt int      `json:"p"`
	Want   []string `json:"w"` // flags, seq, ack; "-" for an ack that is none
	Why    [3]int   `json:"y"`
}

// evidence is the certificate.
type evidence struct {
	Rows  []proofRow `json:"o,omitempty"`
	Left  int        `json:"x,omitempty"`
	Eqs   []equation `json:"e,omitempty"`
	Items [][2]int   `json:"i,omitempty"`
	Show  string     `json:"d,omitempty"`
	Frame string     `json:"fr,omitempty"`
}

type proofRow struct {
	Frame uint64  `json:"f,omitempty"`
	Rel   int64   `json:"t,omitempty"`
	From  int     `json:"e"`
	Says  int     `json:"s"`
	Seq   *uint32 `json:"q,omitempty"`
	Ack   *uint32 `json:"a,omitempty"`
}

type equation struct {
	Words   int    `json:"w"`
	Numbers string `json:"n"`
	Mark    string `json:"m"` // yes, no, absent, unknown
}

func standing(s trace.Standing) int {
	n := int(s.State) * 2
	if s.Inferred {
		n++
	}
	return n
}

// maxRungs bounds a ladder of the page; longer stretches are told in one rung.
const maxRungs = 80

// tell makes the story of one connection.
func tell(t *texts, rec *record.Record, tr *trace.Trace, ctx certificate.Context) *story {
	en := teach.New(rec, tr, teach.Options{Lang: teach.English, MaxRungs: maxRungs})
	es := teach.New(rec, tr, teach.Options{Lang: teach.Spanish, MaxRungs: maxRungs})
	enHushed := teach.New(rec, tr, teach.Options{Lang: teach.English, MaxRungs: maxRungs, Guessing: true})
	esHushed := teach.New(rec, tr, teach.Options{Lang: teach.Spanish, MaxRungs: maxRungs, Guessing: true})
	s := &story{Rungs: []rung{}, Left: en.Left, Right: en.Right, States: en.States, Start: [2]int{standing(en.Start[0]), standing(en.Start[1])},
		Intro: t.lists(en.Intro, es.Intro), Outro: t.lists(en.Outro, es.Outro), Differs: t.lists(en.Deviations, es.Deviations)}
	if en.Service != "" {
		s.Right += " (" + safe.Terminal(record.Called(en.Service, en.ServiceBy)) + ")"
	}
	step, asker := 0, teach.NewAsker(tr)
	for i := range en.Rungs {
		a, b := &en.Rungs[i], &es.Rungs[i]
		g := rung{Frame: a.Frame, From: int(a.From), Label: t.both(a.Label, b.Label), Wire: t.both(a.Wire, b.Wire), Rel: a.Rel, Missed: a.Missed, Ignored: a.Ignored,
			Folded: a.Folded, After: [2]int{standing(a.After[0]), standing(a.After[1])}, Quote: t.both(a.Quote, b.Quote), Plain: t.both(a.Plain, b.Plain),
			Check: t.both(a.Check, b.Check), Holds: a.Holds}
		if u := t.both(enHushed.Rungs[i].Plain, esHushed.Rungs[i].Plain); u != g.Plain {
			g.Hushed = &u
		}
		for e := range a.Path {
			for _, x := range a.Path[e] {
				g.Path[e] = append(g.Path[e], int(x)*2)
			}
		}
		if a.Folded == 0 && !a.Missed {
			for step < len(tr.Steps) && tr.Steps[step].Frame != a.Frame {
				step++
			}
			if step < len(tr.Steps) {
				g.Ask = question(t, asker, tr, step)
			}
		}
		s.Rungs = append(s.Rungs, g)
	}
	s.Proof = proof(t, certificate.Build(rec, tr, ctx))
	return s
}

// question asks for step i, nil where nobody could foretell it. An answer that
// says nothing is wrong in every part, so its outcome tells all that is right.
func question(t *texts, a *teach.Asker, tr *trace.Trace, i int) *ask {
	q, ok := a.Ask(i, teach.English)
	if !ok {
		return nil
	}
	p, _ := a.Ask(i, teach.Spanish)
	nothing := teach.Answer{HasAck: !tr.Steps[i].HasAck}
	en, es := teach.Check(tr, q, nothing, teach.English), teach.Check(tr, p, nothing, teach.Spanish)
	x := &ask{Prompt: t.both(q.Prompt, p.Prompt)}
	for k := range en.Parts {
		x.Want = append(x.Want, en.Parts[k].Want)
		if k < len(x.Why) {
			x.Why[k] = t.both(en.Parts[k].Why, es.Parts[k].Why)
		}
	}
	return x
}

func proof(t *texts, c *certificate.Certificate) evidence {
	o := evidence{Left: c.Left, Show: c.Display, Frame: c.Frames}
	for i := range c.Opening {
		r := &c.Opening[i]
		p := proofRow{Frame: r.Frame, Rel: r.Rel, From: int(r.From), Says: t.of(r.Says)}
		if r.HasSeq {
			n := uint32(r.Seq)
			p.Seq = &n
		}
		if r.HasAck {
			n := uint32(r.Ack)
			p.Ack = &n
		}
		o.Rows = append(o.Rows, p)
	}
	for i := range c.Equations {
		e := &c.Equations[i]
		w, numbers := certificate.Equation(e)
		x := equation{Words: t.of(w), Numbers: numbers, Mark: "no"}
		switch {
		case !e.HasNumber:
			x.Mark = "absent"
		case !e.HasBase:
			x.Mark = "unknown"
		case e.Holds:
			x.Mark = "yes"
		}
		o.Eqs = append(o.Eqs, x)
	}
	for _, it := range c.Items {
		o.Items = append(o.Items, [2]int{t.of(it.Label), t.of(it.Text)})
	}
	return o
}

// edge is a change of state that the machine knows without a RST.
type edge [2]string

// machine lists the changes that the picture of the states always shows: every
// arm of trace.Next that changes a state, but those by RST, which lead to CLOSED
// from everywhere.
func machine() []edge {
	var es []edge
	seen := map[edge]bool{}
	for _, a := range trace.Arms() {
		e := edge{a.From.String(), a.To.String()}
		reset := a.Event == trace.SndRST || a.Event == trace.RcvRST || a.Event == trace.RcvRSTPassive
		if a.From == a.To || a.From == trace.Unknown || reset || seen[e] {
			continue
		}
		seen[e] = true
		es = append(es, e)
	}
	return es
}

// stateNames are numbered as rungs number them.
func stateNames() []string {
	names := []string{trace.Unknown.String()}
	for _, s := range trace.States() {
		names = append(names, s.String())
	}
	return names
}

// stateSays tells in both languages what an end in that state is doing.
func stateSays() map[string][2]string {
	m := map[string][2]string{}
	for _, s := range words.States() {
		m[s] = [2]string{words.State(words.English, s), words.State(words.Spanish, s)}
	}
	return m
}
